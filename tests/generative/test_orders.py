"""Orders drawn at random: other units change nothing, more is never less, words and structure say the same."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from strategies import AS_OF, SETTINGS, reviewer

from apothecary.logic import Interval
from apothecary.record.dosage import read_dose
from apothecary.record.fhir_parts import Dosage
from apothecary.review.observed import Known, Number
from apothecary.review.orders_asked import ordered
from support import WEIGHT, ZORVIMAB, order, result, whole

QUANTITIES = ("ordered-dose", "ordered-daily-dose", "ordered-by-weight", "ordered-doses", "ordered-interval")
AMOUNTS = ("ordered-dose", "ordered-daily-dose", "ordered-by-weight")
MASSES = {"mg": 1.0, "g": 1e-3, "mcg": 1e3, "ug": 1e3, "mL": 1.5 / 120, "pen": 1 / 120, "{pen}": 1 / 120}
PERIODS = {"s": 3600.0, "min": 60.0, "h": 1.0, "d": 1 / 24, "wk": 1 / 168}
milligrams = st.floats(0.1, 1e4)
hours = st.sampled_from((6, 12, 24, 48, 72, 168, 672))


def numbers(*dosages: dict[str, Any]) -> dict[str, Number]:
    """What the quantities of an order come to at 60 kg."""
    record = whole(order(ZORVIMAB, dosageInstruction=list(dosages)), result(WEIGHT, 60, "kg"))
    ctx = reviewer("zorvimab").context(record, AS_OF)
    return {name: ordered(ctx, name) for name in QUANTITIES}


def structured(mg: float, every: float, unit: str = "mg", period: str = "h", **fields: Any) -> dict[str, Any]:
    repeat = {"frequency": 1, "period": every * PERIODS[period], "periodUnit": period}
    return {
        "doseAndRate": [{"doseQuantity": {"value": mg * MASSES[unit], "unit": unit}}],
        "timing": {"repeat": repeat},
        **fields,
    }


def known(found: Number) -> Interval:
    assert isinstance(found, Known), found
    return found.number


def same(one: Interval, other: Interval) -> bool:
    return all(abs(a - b) <= 1e-9 * abs(b) for a, b in ((one.low, other.low), (one.high, other.high)))


@SETTINGS
@given(milligrams, hours, st.sampled_from(tuple(MASSES)), st.sampled_from(tuple(PERIODS)))
def test_other_units_change_nothing(mg: float, every: float, unit: str, period: str) -> None:
    plain, other = numbers(structured(mg, every)), numbers(structured(mg, every, unit, period))
    assert [] == [name for name in QUANTITIES if not same(known(plain[name]), known(other[name]))]


@SETTINGS
@given(milligrams, st.floats(1, 5), hours)
def test_more_is_never_less(mg: float, times: float, every: float) -> None:
    less, more = numbers(structured(mg, every)), numbers(structured(mg * times, every))
    assert [] == [name for name in AMOUNTS if known(less[name]).low > known(more[name]).low]


@SETTINGS
@given(milligrams, st.floats(1, 5), hours)
def test_as_needed_is_at_most_what_is_ordered(mg: float, times: float, every: float) -> None:
    always, needed = numbers(structured(mg, every)), numbers(structured(mg, every, asNeededBoolean=True))
    for name in ("ordered-daily-dose", "ordered-by-weight", "ordered-doses"):
        assert (0, known(always[name]).high) == (known(needed[name]).low, known(needed[name]).high)


@SETTINGS
@given(milligrams, hours, st.sampled_from(("mg", "g", "mcg", "mL", "pen")))
def test_words_and_structure_say_the_same(mg: float, every: float, unit: str) -> None:
    text = f"{mg * MASSES[unit]:.15f} {unit} subcutaneously every {every} hours"
    spoken, written = numbers({"text": text}), numbers(structured(mg, every, unit))
    for name in QUANTITIES:
        assert abs(known(spoken[name]).low - known(written[name]).low) <= 1e-6 * known(written[name]).low
    assert all(isinstance(number, Known) for number in numbers(structured(mg, every, unit, text=text)).values())


@SETTINGS
@given(st.lists(st.tuples(milligrams, hours), min_size=1, max_size=4))
def test_instructions_add_up_in_any_order(parts: list[tuple[float, float]]) -> None:
    total = known(numbers(*(structured(*part) for part in parts))["ordered-daily-dose"])
    each = [known(numbers(structured(*part))["ordered-daily-dose"]).low for part in parts]
    turned = known(numbers(*(structured(*part) for part in reversed(parts)))["ordered-daily-dose"])
    assert same(total, Interval(sum(each), sum(each)))
    assert same(total, turned)


@SETTINGS
@given(milligrams, st.floats(1, 3), hours, hours)
def test_a_text_that_says_another_dose_is_never_passed_over(
    mg: float, times: float, every: float, other: float
) -> None:
    text = f"{mg * times:.12f} mg every {other} hours"
    found = numbers(structured(mg, every, text=text))["ordered-daily-dose"]
    assert isinstance(found, Known) is (times < 1.0101 and every == other) or abs(times - 1.0101) < 1e-3


json = st.recursive(
    st.none() | st.booleans() | st.floats(-10, 10) | st.sampled_from(("mg", "d", "mon", "BID", "100 mg daily", "")),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(("value", "unit", "code", "low", "high", "numerator", "denominator", "coding", "text")),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)


@SETTINGS
@given(
    st.dictionaries(
        st.sampled_from([name for name in Dosage.__struct_fields__ if name not in ("route", "timing")]), json
    )
)
def test_no_dosage_makes_the_reader_fail_and_none_is_passed_over(fields: dict[str, Any]) -> None:
    """Whatever stands in it: it is read, named as not readable, or it says nothing."""
    dose = read_dose(Dosage(**fields))
    assert dose.idle or dose.amounts or dose.rates or dose.times or dose.unread or dose.as_needed or dose.text
