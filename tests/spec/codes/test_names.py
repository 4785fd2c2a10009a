"""Names are for entries without a usable code: whole words, in any capitals, with an eye on words of doubt."""

from typing import Any

import msgspec
import pytest

from support import allergy, answer, coded, condition, finding, made_up, order, procedure, result, whole

PNEUMONIAS = {"condition": "cond-pneumonia"}  # names count always
MIGRAINES = {"condition": "cond-migraine"}
TRIPTANS = {"takes": "drug-triptan"}
ALLERGIES = {"allergy": "allergy-zorvimab"}
EVER = {"condition": {"set": "cond-pneumonia", "standing": "any"}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pneumonia", "applies"),
        ("PNEUMONIA", "applies"),
        ("Community-acquired pneumonia, left lower lobe", "applies"),
        ("Pneumonia.", "applies"),
        ("bronchopneumonia", "clear"),
        ("pneumoniae carriage", "clear"),
        ("pneumonias", "clear"),
        ("asthma", "clear"),
    ],
)
def test_whole_words(text: str, expected: str) -> None:
    """A name matches as a whole word, in any capitals, anywhere in the text."""
    assert expected == answer(PNEUMONIAS, whole(condition(text)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Cluster headache, episodic", "applies"),
        ("cluster-headache", "applies"),
        ("headache in cluster", "unknown"),
    ],
)
def test_names_of_several_words(text: str, expected: str) -> None:
    """A name of several words matches when they stand together in their order."""
    assert expected == answer({"condition": "cond-cluster-headache"}, whole(condition(text)))


@pytest.mark.parametrize(
    "text",
    [
        "no pneumonia",
        "Pneumonia ruled out",
        "possible pneumonia",
        "suspected pneumonia",
        "pneumonia, not confirmed",
        "denies pneumonia",
        "probable pneumonia",
    ],
)
def test_words_of_doubt(text: str) -> None:
    """A word of doubt or denial beside the name raises the question only."""
    assert "unknown" == answer(PNEUMONIAS, whole(condition(text)))


@pytest.mark.parametrize(
    "text",
    [
        "Family history of pneumonia",
        "screening for pneumonia",
        "exposure to pneumonia",
        "risk of pneumonia",
        "prophylaxis of pneumonia",
    ],
)
def test_words_that_point_elsewhere(text: str) -> None:
    """A family history, a screening or an exposure is no problem of this patient."""
    assert "clear" == answer(PNEUMONIAS, whole(condition(text)))


@pytest.mark.parametrize("text", ["history of pneumonia", "Hx pneumonia"])
def test_a_history_in_words(text: str) -> None:
    """An entry that speaks of a history is no present problem, but it is never a known no for the past."""
    assert "clear" == answer(PNEUMONIAS, whole(condition(text)))
    assert "clear" != answer(EVER, whole(condition(text)))


@pytest.mark.parametrize(
    "text", ["history of zorvimab allergy", "contact allergy to zorvimab", "Hx of reaction to Zorvex"]
)
def test_words_in_an_allergy(text: str) -> None:
    """An allergy is recorded from the past, so such words never make it a known no."""
    assert "clear" != answer(ALLERGIES, whole(allergy(text)))


def test_doubt_in_an_allergy() -> None:
    """A word of doubt raises the question of an allergy too."""
    assert "unknown" == answer(ALLERGIES, whole(allergy("possible zorvimab allergy")))


@pytest.mark.parametrize("text", ["Sumatriptan 50 mg tablet", "no name brand sumatriptan"])
def test_names_of_drugs(text: str) -> None:
    """Words of doubt do not matter in the name of a drug that is ordered."""
    assert "applies" == answer(TRIPTANS, whole(order(text)))


def test_doubt_about_a_procedure() -> None:
    """They do matter for a procedure."""
    assert "unknown" == answer({"procedure": "proc-plasma-exchange"}, whole(procedure("possible plasma exchange")))


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        (coded("icd", "R10.4", "Abdominal migraine"), "clear"),
        (coded("icd", "Z99.9", text="Migraine"), "clear"),
        (coded("http://ehr.example/local", "4711", "Migraine"), "applies"),
        (coded("loinc", "00000-0", "Migraine"), "applies"),
    ],
    ids=["display", "text", "local code", "a system the set does not list"],
)
def test_names_beside_a_code(what: Any, expected: str) -> None:
    """Beside a code of a system that the set lists, the code decides and the name does not count."""
    assert expected == answer(MIGRAINES, whole(condition(what)))


def test_names_that_always_count() -> None:
    """A set may say that its names count always, since coders often choose a neighboring code."""
    assert "applies" == answer(PNEUMONIAS, whole(condition(coded("icd", "R91.8", "Pneumonia on chest film"))))


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        (coded("loinc", "731-0", "Something else"), "applies"),
        (coded("loinc", "26478-8", "Absolute lymphocyte count"), "unknown"),
        ({"text": "Absolute Lymphocyte Count"}, "applies"),
        (coded("http://lab.example/tests", "LYA", "ALC"), "applies"),
    ],
    ids=["listed code", "unlisted code", "text", "local code"],
)
def test_loinc_decides_over_the_display(what: Any, expected: str) -> None:
    """For results the LOINC code decides over its display; a text counts where there is no LOINC code."""
    assert expected == answer({"compare": {"quantity": "alc", "below": "alc-hold"}}, whole(result(what, 400, "/uL")))


def test_a_match_by_name_is_marked() -> None:
    """The evidence marks a row that matched by its name only."""
    assert "name" == finding(PNEUMONIAS, whole(condition("pneumonia"))).because[0].match


def test_a_set_of_names_only() -> None:
    """A name counts beside a code of a system of which the set lists no code."""
    codes = tuple(e for e in made_up().codes if not (e.value_set == "cond-migraine" and e.match != "name"))
    only_names = msgspec.structs.replace(made_up(), codes=codes)
    row = condition(coded("icd", "G43.9", "Migraine, unspecified"))
    assert "applies" == answer(MIGRAINES, whole(row), monograph=only_names)
