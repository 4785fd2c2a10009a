"""`apothecary population` called in this process, on small exports of the made-up drug."""

import contextlib
import io
import json
import re
import sys
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import pyarrow.parquet as pq
import pytest

from apothecary.cli import main
from support import MADE_UP, allergy, condition, order, patient

DAY = "2026-11-22"
DRUG = "zorvimab"
OURS = ("--knowledge", str(MADE_UP), "--as-of", DAY, "--workers", "1")
FILES = {"report.html", "first.html", "findings.parquet", "patients.parquet", "summary.parquet", "first.parquet"}
Json = dict[str, Any]


class Ended(NamedTuple):
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> Json:
        """The JSON object on standard output."""
        found: Json = json.loads(self.out)
        return found

    def numbers(self) -> list[int]:
        """The numbers of patients in the lines about groups."""
        lines = [line for line in self.out.splitlines() if re.search("on therapy|about to start", line)]
        return [int(number.replace(",", "")) for line in lines for number in re.findall(r"(?<![<\d])\d[\d,]*", line)]

    @property
    def error(self) -> Json:
        """The JSON object on standard error, which holds nothing else."""
        found: Json = json.loads(self.err)["error"]
        return found


def call(*arguments: object) -> Ended:
    """The command with these arguments; those of every test come first, so that a later one overrules them."""
    given = ["apothecary", "population", *OURS, *map(str, arguments)]
    out, err = io.StringIO(), io.StringIO()
    with (
        patch.object(sys, "argv", given),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        pytest.raises(SystemExit) as ended,
    ):
        main.run()
    code = ended.value.code
    return Ended(0 if code is None else int(code), out.getvalue(), err.getvalue())


def rows(out: Path, name: str) -> list[Json]:
    """The rows of a table of results, in an order of their own."""
    found = pq.read_table(out / f"{name}.parquet").to_pylist()
    return sorted(found, key=lambda row: str(sorted(row.items())))


def visible(folder: Path) -> set[str]:
    """All names in a folder, hidden ones too."""
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


def export(folder: Path, *resources: Json, name: str = "all.ndjson") -> Path:
    """An export with a file of these resources."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("".join(json.dumps(one) + "\n" for one in resources), encoding="utf-8")
    return folder


def of(id_: str, resource: Json) -> Json:
    """A resource as of another patient."""
    if resource["resourceType"] == "Patient":
        return {**resource, "id": id_}
    owner = "patient" if "patient" in resource else "subject"
    return {**resource, owner: {"reference": f"Patient/{id_}"}}


def people(*ids: str) -> list[Json]:
    """Patients who take the drug, with an allergy list and problems."""
    rows = [patient(), order(DRUG), condition("migraine"), allergy("No known allergies")]
    return [of(id_, row) for id_ in ids for row in rows]


def refused(done: Ended, code: int, *said: str) -> None:
    """Holds that nothing is printed but one sentence that says it."""
    assert (code, "") == (done.code, done.out)
    assert done.err.startswith("apothecary: ")
    assert "Internal error" not in done.err
    for text in said:
        assert text in done.err
