"""When there is a dose: the use, the weight, the kidneys, and the findings that come first."""

from typing import Any

import msgspec
import pytest
from doses import BY_WEIGHT, dosed, plan

import support
from apothecary.knowledge import Monograph
from apothecary.knowledge.schema import Dosing
from apothecary.knowledge.therapy import Adjustment
from apothecary.review import Reviewer
from apothecary.review.plan import DosePlan
from apothecary.therapy import complete

ADULT = {"age": "30 a", "weight": "15 kg", "conditions": ["migraine"]}
NUMBERS = (
    "start_mg", "step_mg", "max_mg_per_day", "benefit_limit_mg_per_day", "volume_mL", "syringes_per_dose",
    "syringes_per_28_days", "discarded_mg_per_dose", "ladder",
)  # fmt: skip


def weighed(**more: Any) -> DosePlan:
    return plan(dosed(**BY_WEIGHT), ADULT | more)


def no_number(found: DosePlan) -> bool:
    return found.status == "unknown" and not any(getattr(found, name) for name in NUMBERS)


def both() -> Monograph:
    """A second use with a dose of its own."""
    m = dosed(**BY_WEIGHT)
    other = Dosing("cluster-headache", "its-start", "its-interval", statements=("dosage.1",))
    return msgspec.structs.replace(m, dosing={**m.dosing, "cluster-headache": other})


def with_kidneys() -> Monograph:
    m = dosed(**BY_WEIGHT, benefit_limit=100)
    values = {**m.values, "two-days": msgspec.structs.replace(m.values["its-interval"], value=48.0)}
    option = Adjustment("renal-severe", "two-days", "Consider every other day.", ("dosage.2",))
    dosing = msgspec.structs.replace(m.dosing["migraine"], adjustments=(option,))
    return msgspec.structs.replace(m, values=values, dosing={"migraine": dosing})


# --- the drug's own dosing ------------------------------------------------------------------------------------------


def test_the_made_up_drug() -> None:
    found = plan(support.made_up(), {"conditions": ["migraine"]})
    assert ("applies", "migraine", (120, 120), 672, (1, 1), (1, 1), (0, 0), True) == (
        found.status, found.indication, found.start_mg, found.interval_h, found.syringes_per_dose,
        found.syringes_per_28_days, found.discarded_mg_per_dose, found.measurable,
    )  # fmt: skip


def test_a_drug_without_dosing() -> None:
    m = msgspec.structs.replace(support.made_up(), dosing={})
    assert complete(Reviewer(m), support.whole(), support.AS_OF).dose_plan is None


# --- the use --------------------------------------------------------------------------------------------------------


def test_the_documented_use() -> None:
    assert ("applies", "migraine") == (weighed().status, weighed().indication)


def test_the_use_that_was_asked_for() -> None:
    found = plan(dosed(**BY_WEIGHT), ADULT | {"conditions": "none"}, indication="migraine")
    assert ("applies", (15, 30)) == (found.status, found.start_mg)


def test_no_documented_use() -> None:
    found = weighed(conditions="none")
    assert no_number(found)
    assert [("use to dose", "missing")] == [(need.fact, need.why) for need in found.needs]


def test_a_use_that_is_not_known() -> None:
    form = {key: value for key, value in ADULT.items() if key != "conditions"}
    found = plan(dosed(**BY_WEIGHT), form)
    assert no_number(found)
    assert [("problem list", "not-supplied")] == [(need.fact, need.why) for need in found.needs]


def test_a_documented_use_without_a_dose() -> None:
    found = weighed(conditions=["cluster headache"])
    assert no_number(found)
    assert "cluster-headache" == found.indication
    said = "The monograph gives no dose for Cluster headache, which is outside the US labeling."
    assert said in found.notes
    assert not any(character.isdigit() for note in found.notes for character in note)


def test_a_use_without_a_dose_that_was_asked_for() -> None:
    found = plan(dosed(**BY_WEIGHT), ADULT, indication="cluster-headache")
    assert no_number(found)
    assert any("no dose for Cluster headache" in note for note in found.notes)


def test_a_second_use_without_a_dose_is_named() -> None:
    found = weighed(conditions=["migraine", "cluster headache"])
    assert ("applies", "migraine") == (found.status, found.indication)
    assert any("no dose for Cluster headache" in note for note in found.notes)


def test_two_uses_with_doses() -> None:
    found = plan(both(), ADULT | {"conditions": ["migraine", "cluster headache"]})
    assert no_number(found)
    assert found.indication is None
    assert "Say which use the dose is for: --indication migraine or cluster-headache." == found.needs[0].how


def test_two_uses_and_one_is_asked_for() -> None:
    form = ADULT | {"conditions": ["migraine", "cluster headache"]}
    assert "cluster-headache" == plan(both(), form, indication="cluster-headache").indication


# --- the weight -----------------------------------------------------------------------------------------------------


def test_no_weight_no_dose() -> None:
    found = weighed(weight=None)
    assert no_number(found)
    assert [("body weight", "not-supplied")] == [(need.fact, need.why) for need in found.needs]


@pytest.mark.parametrize(
    ("weight", "why"),
    [("15", "unreadable"), ("1500 kg", "unreadable"), ("15 cm", "unreadable"), ("<20 kg", "unreadable")],
)
def test_a_weight_that_cannot_be_used(weight: str, why: str) -> None:
    found = weighed(weight=weight)
    assert no_number(found)
    assert [("body weight", why)] == [(need.fact, need.why) for need in found.needs]


@pytest.mark.parametrize(
    ("birth", "when", "status"),
    [
        ("1980-05-05", "2025-06-30", "applies"), ("1980-05-05", "2025-06-29", "unknown"),
        ("2020-05-05", "2026-03-30", "applies"), ("2020-05-05", "2026-03-29", "unknown"),
        ("2020-05-05", None, "unknown"),
    ],
)  # fmt: skip
def test_the_age_of_a_weight(birth: str, when: str | None, status: str) -> None:
    """Twelve months in adults, three in children."""
    record = support.whole(
        support.condition(support.MIGRAINE),
        support.result(support.WEIGHT, 15, "kg", when),
        who=support.patient(birth),
    )
    found = complete(Reviewer(dosed(**BY_WEIGHT)), record, support.AS_OF).dose_plan
    assert found is not None
    assert status == found.status
    assert (status == "unknown") is no_number(found)
    assert ([] if status == "applies" else ["stale"]) == [need.why for need in found.needs]


def test_two_weights_of_one_day() -> None:
    weights = [support.result(support.WEIGHT, kg, "kg") for kg in (15, 16)]
    record = support.whole(support.condition(support.MIGRAINE), *weights)
    found = complete(Reviewer(dosed(**BY_WEIGHT)), record, support.AS_OF).dose_plan
    assert found is not None
    assert no_number(found)
    assert ["conflicting"] == [need.why for need in found.needs]
    assert {"15", "16"} <= {fact.value for fact in found.because}


def test_the_weight_is_shown_with_its_date_and_source() -> None:
    record = support.whole(support.condition(support.MIGRAINE), support.result(support.WEIGHT, 15, "kg"))
    found = complete(Reviewer(dosed(**BY_WEIGHT)), record, support.AS_OF).dose_plan
    assert found is not None
    assert [("body weight", "15", "kg", "2026-06-01", "Observation/Observation-0")] == [
        (fact.fact, fact.value, fact.unit, fact.date, fact.source) for fact in found.because
    ]


def test_a_fixed_dose_needs_no_weight() -> None:
    found = plan(dosed(start=(100, "mg"), interval=24), {"conditions": ["migraine"]})
    assert ("applies", (100, 100)) == (found.status, found.start_mg)


def test_a_maximum_by_weight_needs_one() -> None:
    assert no_number(plan(dosed(start=(100, "mg"), maximum=2, interval=24), {"conditions": ["migraine"]}))


# --- the kidneys ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("clearance", "expected"), [(29.9, ["applies"]), (30, []), (30.1, [])])
def test_another_interval_to_consider(clearance: float, expected: list[str]) -> None:
    labs = {"creatinine clearance": {"value": f"{clearance} mL/min", "loinc": "2164-2"}}
    found = plan(with_kidneys(), ADULT | {"labs": labs})
    assert expected == [option.status for option in found.options]
    assert [str(clearance)] == [fact.value for fact in found.because if fact.fact == "creatinine clearance"]


def test_another_interval_that_may_have_to_be_considered() -> None:
    option = plan(with_kidneys(), ADULT).options[0]
    assert ("unknown", "renal-severe", 48) == (option.status, option.rule, option.interval_h)
    assert "creatinine clearance" in {need.fact for need in option.needs}
    assert ("dosage.2",) == tuple(basis.statement for basis in option.basis)


# --- what comes first, and what it rests on -------------------------------------------------------------------------


def test_a_stop_does_not_hide_the_plan() -> None:
    found = weighed(allergies=["zorvimab"])
    assert (15, 30) == found.start_mg
    assert found.notes[0].startswith("A critical finding applies and comes first: allergy-history")


def test_open_critical_questions_come_first() -> None:
    assert "Critical questions are open: answer them first." == weighed().notes[0]


def test_on_therapy() -> None:
    assert weighed(medications=[{"name": "zorvimab", "start": "2026-01-01"}]).start_mg == weighed().start_mg


def test_what_it_rests_on() -> None:
    found = plan(support.made_up(), {"conditions": ["migraine"]})
    assert ["dosage.1", "cautions.6", "preparations.3", "dosage.6"] == [basis.statement for basis in found.basis]
    assert ("kidney-handbook",) == found.references
    assert {"stated"} == {basis.kind for basis in found.basis}


def test_several_products() -> None:
    m = dosed(**BY_WEIGHT)
    products = {**m.products, "second": msgspec.structs.replace(m.products["zorvex-pen"], id="second")}
    found = plan(msgspec.structs.replace(m, products=products), ADULT)
    assert ((15, 30), None, None) == (found.start_mg, found.volume_mL, found.syringes_per_dose)
    assert any("depend on the product" in note for note in found.notes)


def test_a_container_that_may_serve_several_doses() -> None:
    m = dosed(**BY_WEIGHT)
    product = msgspec.structs.replace(m.products["zorvex-pen"], doses_per_container=None)
    found = plan(msgspec.structs.replace(m, products={product.id: product}), ADULT)
    assert (None, None, None) == (found.syringes_per_dose, found.syringes_per_28_days, found.discarded_mg_per_dose)
    assert found.volume_mL is not None
