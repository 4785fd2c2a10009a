"""Every requirement of CDS Hooks that the service must or should meet has a test that names its id."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
# SHALL and SHOULD of CDS Hooks 2.0.1 and its 3.0 ballot: what the service must do, and what it must ask of a client
REQUIRED = (
    "J-1", "J-2", "J-3", "J-4", "D-1", "D-2", "D-3", "D-4", "R-1", "R-3", "R-4", "P-1", "P-2", "P-3", "P-5", "P-6",
    "P-9", "F-1", "S-1", "S-2", "C-1", "C-2", "C-3", "C-4", "C-5", "C-7", "C-9", "C-10", "C-11", "C-12", "C-13",
    "B-2", "X-1", "X-2", "X-3", "X-4", "X-5", "X-6", "E-1",
)  # fmt: skip
# What the specification leaves open or only suggests, and we do
CHOSEN = (
    "D-5",
    "D-6",
    "R-2",
    "P-4",
    "P-7",
    "P-8",
    "F-2",
    "F-3",
    "C-6",
    "C-8",
    "A-1",
    "B-1",
    "B-3",
    "B-4",
    "X-7",
    "X-8",
    "O-1",
)


def named() -> str:
    """The names of all test functions."""
    found = []
    for path in TESTS.rglob("test_*.py"):
        found += re.findall(r"^(?:async )?def (test_\w+)", path.read_text(encoding="utf-8"), re.M)
    return "\n".join(found)


NAMES = named()


@pytest.mark.parametrize("requirement", [*REQUIRED, *CHOSEN])
def test_a_requirement_has_a_test(requirement: str) -> None:
    letter, number = requirement.split("-")
    assert re.search(rf"^test_(\w+_)?{letter}_?{number}(_|$)", NAMES, re.M | re.I), f"no test names {requirement}"


def test_a_requirement_without_a_test_would_be_found() -> None:
    assert not re.search(r"^test_(\w+_)?Z_?99(_|$)", NAMES, re.M | re.I)
