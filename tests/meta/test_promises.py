"""Promises about the whole tree, each with a gate: what has no gate leaks."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from apothecary.knowledge import PACKAGED, Monograph, kinetics_links, load, packaged
from apothecary.knowledge.kinetics import Parameter
from apothecary.units import NotEvaluable, parse_unit

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "apothecary"
CODE = sorted(path for path in SOURCE.rglob("*.py") if "__pycache__" not in path.parts)
OUTSIDE = {"cli", "service"}  # the rooms that may read the clock and talk to others
BELOW = [path for path in CODE if path.relative_to(SOURCE).parts[0] not in OUTSIDE]
KNOWN = [load(PACKAGED / name) for name in packaged()]
MOST_LINES = 300
MOST_TITLE = 139
IDS = {"ids": lambda path: path.relative_to(ROOT).as_posix()}


# --- no drug's name in the code -------------------------------------------------------------------------------------


def drug_names(m: Monograph) -> set[str]:
    """The drug, its brands, and every name of a value set of medications."""
    sets = {id_ for id_, value_set in m.value_sets.items() if set(value_set.about) == {"medication"}}
    listed = {entry.code for entry in m.codes if entry.match == "name" and entry.value_set in sets}
    return {m.drug.id, m.drug.name, *m.drug.brands, *listed}


NAMED = re.compile(
    r"(?<![a-z])(?:"
    + "|".join(sorted(map(re.escape, {n.casefold() for m in KNOWN for n in drug_names(m)})))
    + r")(?![a-z])"
)


def test_there_are_names_to_look_for() -> None:
    assert {"anakinra", "kineret", "adalimumab", "methotrexate"} <= {n.casefold() for m in KNOWN for n in drug_names(m)}


@pytest.mark.parametrize("text", ["x = 'Anakinra'", "KINERET_SET", "# see adalimumab-aaty", '"drug-anakinra"'])
def test_a_name_in_the_code_would_be_found(text: str) -> None:
    assert NAMED.search(text.casefold())


@pytest.mark.parametrize("path", CODE, **IDS)
def test_no_drug_is_named_in_the_code(path: Path) -> None:
    assert [] == NAMED.findall(path.read_text(encoding="utf-8").casefold())


# --- size ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", CODE, **IDS)
def test_a_file_is_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


# --- no clock, chance or network below the command line and the service --------------------------------------------

MODULES = {"random", "secrets", "socket", "urllib.request", "http.client", "http.server", "requests", "httpx", "time"}
CALLS = {"now", "today", "utcnow", "uuid1", "uuid4", "urandom", "getrandom"}


def outside(tree: ast.AST) -> Iterator[str]:
    """What a module would use of clock, chance or network: modules it imports and functions it names.

    Only functions of something imported count: `self.today` may be a day that was given.
    """
    imported: set[str] = set()
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
            imported |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
            imported |= {alias.asname or alias.name for alias in node.names}
            yield from (alias.name for alias in node.names if alias.name in CALLS)
        yield from (n for n in names if any(n == m or n.startswith(f"{m}.") for m in MODULES))
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in CALLS:
            root = node.value
            while isinstance(root, ast.Attribute):
                root = root.value
            if isinstance(root, ast.Name) and root.id in imported:
                yield node.attr


@pytest.mark.parametrize("path", BELOW, **IDS)
def test_nothing_below_the_outer_rooms_reads_clock_chance_or_network(path: Path) -> None:
    assert [] == list(outside(ast.parse(path.read_text(encoding="utf-8"))))


@pytest.mark.parametrize(
    ("found", "code"),
    [
        ("today", "from datetime import date\nday = date.today()"),
        ("today", "from datetime import date as d\nday = d.today()"),
        ("now", "import datetime\nx = datetime.datetime.now(datetime.UTC)"),
        ("time", "import time"),
        ("time", "from time import time"),
        ("random", "from random import choice"),
        ("uuid4", "from uuid import uuid4"),
        ("urllib.request", "from urllib import request"),
        ("http.client", "import http.client as h"),
        ("requests", "import requests"),
        ("httpx", "from httpx import get"),
        ("urandom", "import os\nos.urandom(8)"),
    ],
)
def test_a_use_of_the_outside_would_be_found(found: str, code: str) -> None:
    assert found in list(outside(ast.parse(code)))


@pytest.mark.parametrize(
    "code", ["from datetime import date\nx = date(2026, 1, 1)", "from urllib.parse import urlsplit", "x = self.today"]
)
def test_what_is_harmless_is_not_found(code: str) -> None:
    assert [] == list(outside(ast.parse(code)))


# --- knowledge -----------------------------------------------------------------------------------------------------

RULES = [(m, rule) for m in KNOWN for rule in m.rules.values()]
VALUES = [(m, name) for m in KNOWN for name in m.values]


@pytest.mark.parametrize(("m", "rule"), RULES, ids=lambda x: getattr(x, "id", ""))
def test_a_title_fits_a_card(m: Monograph, rule: object) -> None:
    assert 0 < len(m.rules[rule.id].title) <= MOST_TITLE  # type: ignore[attr-defined]  # a rule


@pytest.mark.parametrize(("m", "name"), VALUES, ids=lambda x: x if isinstance(x, str) else "")
def test_every_value_says_where_it_comes_from(m: Monograph, name: str) -> None:
    value = m.values[name]
    assert not isinstance(parse_unit(value.unit), NotEvaluable)
    assert value.kind in ("stated", "derived", "fixed", "assumed")
    assert value.statements or value.places
    assert value.kind != "fixed" or value.places
    assert value.kind != "stated" or value.statements
    assert value.kind not in ("derived", "assumed") or value.reason


NUMBERS = [(file, where, part) for m in KNOWN for file, where, part in kinetics_links.parameters(m)]


def test_there_are_numbers_of_models_to_look_at() -> None:
    assert {"stated", "derived", "fixed", "assumed"} >= {part.kind for _, _, part in NUMBERS} >= {"fixed", "assumed"}
    assert {f"kinetics/{id_}.yaml" for m in KNOWN for id_ in m.models} | {"exposure.yaml"} == {n[0] for n in NUMBERS}


@pytest.mark.parametrize(("file", "where", "part"), NUMBERS, ids=lambda x: x if isinstance(x, str) else "")
def test_every_number_of_a_model_says_where_it_comes_from(file: str, where: str, part: Parameter) -> None:
    assert not isinstance(parse_unit(part.unit), NotEvaluable)
    assert part.statements or part.places
    assert part.kind != "fixed" or part.places
    assert part.kind != "stated" or part.statements
    assert part.kind not in ("derived", "assumed") or part.reason


@pytest.mark.parametrize("m", KNOWN, ids=lambda m: m.drug.id)
def test_every_model_says_for_whom_it_is_and_is_held_against_something(m: Monograph) -> None:
    assert [] == [id_ for id_, model in m.models.items() if not any(one.outside == "refuse" for one in model.domain)]
    assert [] == [id_ for id_, model in m.models.items() if not any(one.role == "tests" for one in model.observed)]


@pytest.mark.parametrize("m", KNOWN, ids=lambda m: m.drug.id)
def test_every_statement_of_a_released_monograph_is_accounted_for(m: Monograph) -> None:
    assert [] == [one.id for one in m.statements.values() if one.to_do or not (one.encoded_by or one.background)]


# --- start-up ------------------------------------------------------------------------------------------------------


HEAVY = [
    "rich", "jinja2", "yaml", "apothecary.review", "apothecary.record",
    "numpy", "scipy", "pyarrow", "altair", "pyspark",
]  # fmt: skip


@pytest.mark.parametrize("module", HEAVY)
def test_starting_the_command_line_loads_nothing_heavy(module: str) -> None:
    code = f"import apothecary.cli.main, sys; print({module!r} in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "False" == done.stdout.strip()


# --- dependencies and addresses ------------------------------------------------------------------------------------

ADDRESS = re.compile(
    r"https?://[^\s\"'<>]*/simple\b|py[p]i|python[h]osted|registry\.npmjs|registry\.yarnpkg|--(?:extra-)?index-url\s*=?\s*http"
)
KINDS = {".py", ".md", ".toml", ".yaml", ".yml", ".lock", ".tsv", ".json", ".html", ".css", ".txt", ".cfg", ""}


def listed() -> list[Path]:
    """Every file of the working tree that git does not ignore."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return sorted(path for name in done.stdout.split("\0") if name and (path := ROOT / name).is_file())


def test_no_file_names_a_place_to_get_packages_from() -> None:
    mine = Path(__file__).resolve()
    texts = {path: path.read_text("utf-8") for path in listed() if path.suffix in KINDS and path.resolve() != mine}
    assert len(texts) > len(CODE)
    assert [] == [path.relative_to(ROOT).as_posix() for path, text in texts.items() if ADDRESS.search(text.casefold())]


@pytest.mark.parametrize(
    "text", ["https://mirror.example/simple", "--index-url https://x.example/a", "files." + "python" + "hosted.org"]
)
def test_an_address_would_be_found(text: str) -> None:
    assert ADDRESS.search(text)


def locked(name: str) -> list[str]:
    """The requirements of a lock file, each with its hashes on one line."""
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_every_locked_requirement_has_hashes(name: str) -> None:
    lines = locked(name)
    assert len(lines) > 10
    assert [] == [
        line for line in lines if not re.match(r"[\w.-]+(\[[\w,]+\])?==\S+ .*--hash=sha256:[0-9a-f]{64}", line)
    ]


def test_both_locks_hold_the_same_versions() -> None:
    commands, tests = (
        {line.split()[0] for line in locked(name)} for name in ("requirements.lock", "requirements-dev.lock")
    )
    assert set() == commands - tests
