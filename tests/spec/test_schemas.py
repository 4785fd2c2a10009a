"""The published JSON Schemas accept the knowledge that the loader accepts, and refuse what it refuses."""

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from apothecary.knowledge import PACKAGED, packaged
from apothecary.knowledge.jsonschema import schemas
from support import MADE_UP

FOLDERS = [MADE_UP, *(PACKAGED / name for name in packaged())]
FILES = {
    "monograph": "monograph.yaml",
    "sources": "sources.yaml",
    "statements": "statements.yaml",
    "interpretations": "interpretations.yaml",
    "products": "products.yaml",
    "adverse_effects": "adverse_effects.yaml",
    "advice": "advice/en.yaml",
    "translation": "advice/es.yaml",
    "values": "values.yaml",
    "policy": "policy.yaml",
    "observations": "observations.yaml",
    "sets": "value_sets/sets.yaml",
    "exposure": "exposure.yaml",
    "cards": "cards.yaml",
}


def _mistakes(kind: str, data: Any) -> list[str]:
    return [error.message for error in jsonschema.Draft202012Validator(schemas()[kind]).iter_errors(data)]


def _read(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)


class _Loader(yaml.SafeLoader):
    """Dates stay text, as in the loader of the knowledge."""


_Loader.yaml_implicit_resolvers = {
    key: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for key, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
@pytest.mark.parametrize("kind", FILES)
def test_a_knowledge_file_fits_its_schema(folder: Path, kind: str) -> None:
    """Every file that loads also fits the schema an editor checks it with."""
    assert [] == _mistakes(kind, _read(folder / FILES[kind]))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
@pytest.mark.parametrize(("kind", "name"), [("model", "kinetics"), ("dosing", "dosing"), ("monitoring", "monitoring")])
def test_every_file_of_a_folder_fits_its_schema(folder: Path, kind: str, name: str) -> None:
    found = {path.name: _mistakes(kind, _read(path)) for path in folder.glob(f"{name}/*.yaml")}
    assert found
    assert {} == {name: said for name, said in found.items() if said}


@pytest.mark.parametrize(
    "relation",
    [
        {"relation": "power", "parameter": "clearance", "by": "weight"},
        {"relation": "linear", "parameter": "clearance", "by": "weight"},
        {"parameter": "clearance", "by": "weight"},
        {"relation": "proportional", "parameter": "clearance", "by": "height"},
        {"takes": "drug-triptan"},
    ],
    ids=["lacks fields", "unknown relation", "no relation", "unknown covariate", "a condition"],
)
def test_a_covariate_relation_that_is_none(relation: Any) -> None:
    model = _read(MADE_UP / "kinetics/adults.yaml")
    assert [] != _mistakes("model", {**model, "covariates": [relation]})


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_rule_fits_the_schema(folder: Path) -> None:
    """Rules are written in the short form of conditions, which the schema knows."""
    assert [] == [said for path in folder.glob("rules/*/*.yaml") for said in _mistakes("rule", _read(path))]


@pytest.mark.parametrize(
    "when",
    [
        {"takes": {"st": "drug-triptan"}},
        {"taking": "drug-triptan"},
        {"all": [{"takes": "drug-triptan"}]},
        {"takes": "a", "condition": "b"},
        {"phase": "sometime"},
    ],
    ids=["unknown field", "unknown condition", "group of one", "two conditions", "unknown phase"],
)
def test_a_condition_that_is_none(when: Any) -> None:
    """A condition that the loader refuses is marked by the editor as well."""
    rule = _read(MADE_UP / "rules/interactions/triptan.yaml")
    assert [] != _mistakes("rule", {**rule, "when": when})
