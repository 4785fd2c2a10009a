"""The service under load: order-sign with a request of 60 kB, two workers on this machine, decision log on.

Prints throughput, p50 and p99 at 1, 16 and 64 clients that send again at once, then at a fixed rate over 64
connections; what part of a worker's time is the review itself; and that every answer is in the log.
"""

import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from datetime import date
from pathlib import Path
from uuid import UUID

import orjson

import load
import review
from apothecary.knowledge import PACKAGED, packaged
from apothecary.knowledge import load as load_monograph
from apothecary.record import read_record
from apothecary.review import Reviewer

SECONDS = 6.0
DIFFERENT = 200
WORKERS = 2


def main() -> None:
    """Starts the service, loads it, prints what it did."""
    drug = packaged()[0]
    rng = random.Random(20261122)
    bodies = [order_sign(rng, number, drug) for number in range(DIFFERENT)]
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "decisions.db"
        service = started(port, log)
        try:
            requests = [load.http(f"/cds-services/{drug}-order", port, body) for body in bodies]
            load.run(port, requests, 8, 1.0)  # warm
            size = statistics.median(len(body) for body in bodies)
            print(f"order-sign, {size / 1000:.1f} kB, {WORKERS} workers, log on, {SECONDS:.0f} s each")
            before, answered, errors = cpu(service.pid), 0, 0
            for clients, rate in ((1, None), (16, None), (64, None), (64, 300.0), (64, 600.0)):
                found = load.run(port, requests, clients, SECONDS, rate)
                answered, errors = answered + len(found.took), errors + found.errors
                offered = "as fast as they can" if rate is None else f"offered {rate:.0f}/s"
                print(
                    f"  {clients:3} clients, {offered:<19}: {found.rate:7.0f} requests/s   "
                    f"p50 {found.quantile(0.5):6.1f} ms   p99 {found.quantile(0.99):6.1f} ms   errors {found.errors}"
                )
            each = (cpu(service.pid) - before) / answered * 1e6
            alone = review_alone(drug, bodies)
            print(f"  a worker's time for one request {each:6.0f} us; the review itself {alone:6.0f} us")
            print(f"  spent outside the review {100 * (1 - alone / each):5.1f} %")
        finally:
            service.terminate()
            service.wait(30)
        check(log)


def order_sign(rng: random.Random, number: int, drug: str) -> bytes:
    """A request of 60 kB: the record as searches under our keys, and an order of the drug."""
    record = orjson.loads(review.bundle(rng, number))
    keys = {
        "Condition": "conditions", "MedicationRequest": "medications", "Immunization": "immunizations",
        "AllergyIntolerance": "allergies", "Observation": "results",
    }  # fmt: skip
    prefetch: dict[str, object] = {"statements": None, "procedures": None}
    for entry in record["entry"]:
        kind = entry["resource"]["resourceType"]
        if kind == "Patient":
            prefetch["patient"] = entry["resource"]
        else:
            empty = {"resourceType": "Bundle", "type": "searchset", "entry": []}
            prefetch.setdefault(keys[kind], empty)["entry"].append(entry)  # type: ignore[index]
    draft = {
        "resourceType": "MedicationRequest", "id": "draft-1", "status": "draft", "intent": "order",
        "subject": {"reference": f"Patient/p{number}"}, "medicationCodeableConcept": {"text": f"{drug} 100 mg"},
        "dosageInstruction": [{
            "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}, "route": {"text": "subcutaneous"},
            "doseAndRate": [{"doseQuantity": {"value": 100, "unit": "mg", "code": "mg",
                                              "system": "http://unitsofmeasure.org"}}],
        }],
    }  # fmt: skip
    orders = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": draft}]}
    return orjson.dumps(
        {
            "hook": "order-sign",
            "hookInstance": str(UUID(int=rng.getrandbits(128), version=4)),
            "context": {"userId": "Practitioner/7", "patientId": f"p{number}", "draftOrders": orders},
            "prefetch": prefetch,
        }
    )


def started(port: int, log: Path) -> subprocess.Popen[bytes]:
    """The service, ready to answer."""
    command = [
        str(Path(sys.executable).parent / "apothecary"), "serve", "--port", str(port), "--workers", str(WORKERS),
        "--log", str(log),
    ]  # fmt: skip
    service = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    for _ in range(300):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
                if answer.status == 200:
                    time.sleep(3)  # the other worker's self-test
                    return service
        except OSError:
            time.sleep(0.2)
    service.kill()
    raise SystemExit("The service did not become ready in a minute.")


def review_alone(drug: str, bodies: list[bytes]) -> float:
    """Microseconds from the bytes of a request to its review, without the service."""
    reviewer = Reviewer(load_monograph(PACKAGED / drug))
    today = date.today()  # noqa: DTZ011  the day the service reviews for
    return review.median(lambda data: reviewer.review(read_record(data), today), bodies)


def cpu(pid: int) -> float:
    """Seconds of processor time used so far by a process and its children."""
    ticks = os.sysconf("SC_CLK_TCK")
    total = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(stat.parent.name) == pid or int(fields[1]) == pid:
            total += (int(fields[11]) + int(fields[12])) / ticks
    return total


def check(log: Path) -> None:
    """Verifies the log; ends with an error when the chain is broken."""
    command = [str(Path(sys.executable).parent / "apothecary"), "log", "verify", "--log", str(log)]
    print(
        "  " + subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip().replace("\n", "\n  ")
    )


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


if __name__ == "__main__":
    main()
