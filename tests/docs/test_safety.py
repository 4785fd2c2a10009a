"""The hazard log is complete, and every test it names exists."""

import ast
from pathlib import Path
from typing import Any

import blocks as b
import pytest
import yaml
from docs.hazards_page import hazards

from apothecary.knowledge import PACKAGED

LOG = hazards()
FIELDS = {"id", "hazard", "cause", "consequence", "severity", "measures", "tests", "residual"}
SEVERITIES = {"catastrophic", "major", "moderate", "minor"}
NAMED = [(one["id"], test) for one in LOG for test in one["tests"]]


def exists(test: str) -> bool:
    """Whether FILE::NAME is a test function or a case; the tests are searched, not run."""
    file, _, name = test.partition("::")
    if file.startswith("tests/"):
        path = b.ROOT / file
        return path.is_file() and name in functions(path)
    path = PACKAGED / file
    return path.is_file() and name in {case["name"] for case in yaml.safe_load(path.read_text("utf-8"))["cases"]}


def functions(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


@pytest.mark.parametrize(("hazard", "test"), NAMED)
def test_a_named_test_exists(hazard: str, test: str) -> None:
    assert exists(test), f"{hazard} names {test}"


@pytest.mark.parametrize(
    "test",
    [
        "tests/docs/test_safety.py::test_that_nobody_wrote",
        "tests/docs/no_such_file.py::test_a_named_test_exists",
        "tests/docs/test_safety.py::exists",
        "anakinra/cases/no/file.yaml::name",
        "anakinra/cases/blood-counts/neutropenia.yaml::a case that nobody wrote",
    ],
)
def test_a_wrong_name_is_found(test: str) -> None:
    assert not exists(test)


@pytest.mark.parametrize("hazard", LOG, ids=lambda one: one["id"])
def test_an_entry_is_complete(hazard: dict[str, Any]) -> None:
    assert FIELDS == set(hazard)
    assert hazard["severity"] in SEVERITIES
    assert all(hazard[field] for field in FIELDS)


def test_ids_are_unique() -> None:
    found = [one["id"] for one in LOG]
    assert sorted(set(found)) == sorted(found)
