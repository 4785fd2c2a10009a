"""A site may bring its own terminology: which codes lie below those of our value sets."""

import json
from pathlib import Path

import pytest

from apothecary.knowledge import KnowledgeError
from apothecary.knowledge.hierarchy import extend
from support import SYSTEMS, answer, coded, condition, made_up, whole

SNOMED = SYSTEMS["snomed"]
MIGRAINES = {"condition": "cond-migraine"}  # SNOMED CT 37796009 with its descendants
CHRONIC = condition(coded("snomed", "124171000119105"))  # chronic migraine without aura


def test_a_table_of_parents(tmp_path: Path) -> None:
    """A table of system, code and parent makes descendants of any depth known, whatever the order of its lines."""
    pairs = [("124171000119105", "56097005"), ("56097005", "37796009"), ("37796009", "25064002")]
    table = tmp_path / "parents.tsv"
    table.write_text("".join(f"{SNOMED}\t{code}\t{parent}\n" for code, parent in pairs), encoding="utf-8")
    monograph, ancestors = extend(made_up(), table)
    assert "applies" == answer(MIGRAINES, whole(CHRONIC), monograph=monograph, ancestors=ancestors)
    above = condition(coded("snomed", "25064002"))
    assert "applies" != answer(MIGRAINES, whole(above), monograph=monograph, ancestors=ancestors)


def test_a_table_that_goes_in_circles(tmp_path: Path) -> None:
    """Two codes that each call the other a parent do no harm."""
    table = tmp_path / "parents.tsv"
    table.write_text(f"{SNOMED}\t1\t2\n{SNOMED}\t2\t1\n", encoding="utf-8")
    assert {"1", "2"} == set(extend(made_up(), table)[1][SNOMED, "1"])


def expansion(**fields: object) -> dict[str, object]:
    contains = [{"system": SNOMED, "code": "124171000119105", "display": "Chronic migraine without aura"}]
    return {"resourceType": "ValueSet", "id": "cond-migraine", "expansion": {"contains": contains}, **fields}


def test_an_expansion(tmp_path: Path) -> None:
    """An expanded ValueSet with the id of one of our sets adds its codes to it."""
    file = tmp_path / "migraine.json"
    file.write_text(json.dumps(expansion()), encoding="utf-8")
    monograph, ancestors = extend(made_up(), file)
    assert "applies" == answer(MIGRAINES, whole(CHRONIC), monograph=monograph, ancestors=ancestors)


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(expansion(id="something-else")),
        json.dumps(expansion(expansion=None)),
        json.dumps(expansion(resourceType="CodeSystem")),
        "{broken",
        "only two\tcolumns\n",
    ],
    ids=["unknown set", "not expanded", "no value set", "no JSON", "two columns"],
)
def test_a_file_that_does_not_fit(tmp_path: Path, content: str) -> None:
    """A file that cannot be used is an error that names it."""
    file = tmp_path / "site.txt"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(KnowledgeError) as error:
        extend(made_up(), file)
    assert str(file) in error.value.mistakes[0]


def test_no_file(tmp_path: Path) -> None:
    """So is a file that is not there."""
    with pytest.raises(KnowledgeError, match="cannot be read"):
        extend(made_up(), tmp_path / "nowhere.tsv")
