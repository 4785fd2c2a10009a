"""`apothecary serve`: the CDS Hooks service and the page, on one port."""

import os
import socket
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from apothecary.cli.common import Failure

if TYPE_CHECKING:
    from apothecary.service.settings import Settings


@click.command("serve")
@click.option("--host", help="Address to listen on; 127.0.0.1 when not given: this machine only.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port; 8000 when not given, 0 for a free one.")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes; 1 when not given.")
@click.option("--base-url", help="The public address, where a proxy stands before the service.")
@click.option("--log", "log_url", help="Keep a decision log: a SQLite file, or the address of a PostgreSQL database.")
@click.option("--log-key", type=click.Path(path_type=Path), help="The file with the secret key of the log.")
@click.option("--settings", "settings_file", type=click.Path(path_type=Path), help="A YAML file with all settings.")
@click.option("--knowledge", type=click.Path(path_type=Path), help="A monograph folder of your own.")
@click.option("--allow-unauthenticated", is_flag=True, help="Serve other machines without asking who calls.")
@click.option("--no-page", is_flag=True, help="Serve CDS Hooks only.")
def command(
    host: str | None,
    port: int | None,
    workers: int | None,
    base_url: str | None,
    log_url: str | None,
    log_key: Path | None,
    settings_file: Path | None,
    knowledge: Path | None,
    allow_unauthenticated: bool,
    no_page: bool,
) -> None:
    """Serve CDS Hooks and the page. Without options: this machine only, nothing stored.

    Stop with Ctrl-C. Addresses: / (page), /cds-services (CDS Hooks), /healthz, /readyz, /metrics, /openapi.json.
    """
    from apothecary.service.settings import Log, Settings, SettingsError, read_settings

    try:
        import msgspec

        settings = read_settings(settings_file) if settings_file is not None else Settings()
        given: dict[str, Any] = {
            name: value
            for name, value in (("host", host), ("port", port), ("workers", workers), ("base_url", base_url))
            if value is not None
        }
        if log_url is not None:
            given["log"] = Log(url=log_url, key_file=log_key)
        elif log_key is not None:
            raise SettingsError("--log-key is the key of a decision log; name the log with --log.")
        if knowledge is not None:
            given["knowledge"] = (*settings.knowledge, knowledge)
        if allow_unauthenticated:
            given["allow_unauthenticated"] = True
        if no_page:
            given["page"] = False
        serve(msgspec.structs.replace(settings, **given))
    except SettingsError as error:
        raise Failure("settings", str(error), 2) from error


def serve(settings: "Settings") -> None:
    """Checks the settings, makes what the workers share, and serves until it is stopped."""
    import uvicorn
    from cryptography.fernet import Fernet
    from uvicorn.supervisors import Multiprocess

    from apothecary.service.app import SETTINGS, create
    from apothecary.service.logs import start_logging
    from apothecary.service.replay import RUN_FOLDER
    from apothecary.service.settings import to_json
    from apothecary.service.start import advice, check_start

    check_start(settings)
    _check_address(settings.host, settings.port)
    with tempfile.TemporaryDirectory(prefix="apothecary-") as folder:
        os.environ[RUN_FOLDER] = folder
        os.environ.setdefault("APOTHECARY_SESSION_KEY", Fernet.generate_key().decode())
        if settings.workers > 1:
            metrics = Path(folder) / "metrics"
            metrics.mkdir()
            os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(metrics)
        os.environ[SETTINGS] = to_json(settings)
        start_logging()
        app: Any = create(settings)  # a mistake in knowledge or log is a sentence here, not the end of a worker
        if settings.workers > 1:
            _close_log(app)
            app = "apothecary.service.app:from_environment"
        for line in (_greeting(settings), *advice(settings)):
            click.echo(line, err=True)
        config = uvicorn.Config(
            app,
            factory=settings.workers > 1,
            host=settings.host,
            port=settings.port,
            workers=settings.workers,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            ssl_certfile=settings.tls_certificate,
            ssl_keyfile=settings.tls_key,
            ws="none",
            http=_protocol(),
            timeout_keep_alive=15,
            timeout_graceful_shutdown=10,
        )
        if settings.workers == 1:
            uvicorn.Server(config).run()
        else:
            Multiprocess(config, [_socket(config)]).run()


def _close_log(app: Any) -> None:
    """Gives the log back that was opened to see whether it can be used; each worker opens it for itself."""
    log = app.state.apothecary.log
    if log is not None:
        log.close()


def _protocol() -> Any:
    """The HTTP protocol that gives up on callers who never finish their headers; the server's own without httptools."""
    try:
        from apothecary.service.patience import Impatient
    except ImportError:
        return "auto"
    return Impatient


def _socket(config: Any) -> socket.socket:
    """What the workers listen on: each its own socket where the system deals out connections, else one together."""
    from apothecary.service.listen import bound, can_share

    if can_share():
        return bound(config.host, config.port)
    shared: socket.socket = config.bind_socket()
    return shared


def _greeting(settings: "Settings") -> str:
    scheme = "http" if settings.tls_certificate is None else "https"
    where = settings.base_url or f"{scheme}://{settings.host}:{settings.port}"
    log = "The decision log is on." if settings.log is not None else "Nothing is stored: the decision log is off."
    page = f"the page is {where}/, " if settings.page else ""
    return f"Apothecary: {page}CDS Hooks {where}/cds-services. {log} Stop with Ctrl-C. Not clinically validated."


def _check_address(host: str, port: int) -> None:
    """Says in a sentence that the address cannot be used, before anything is started."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind((host, port))
    except OSError as error:
        reason = error.strerror or "it cannot be opened"
        message = f"The service cannot listen on {host} port {port}: {reason}. Choose another with --host and --port."
        raise Failure("address", message, 2) from error
