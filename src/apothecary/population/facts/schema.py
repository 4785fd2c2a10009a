"""The tables of facts: their columns and the numbers that stand for words. Days are counted from 1970-01-01.

What takes a text, a code system, a unit or a calendar to read is decided before it is written here, since engines
disagree on all four; what depends on the day of the review is left to the query.
"""

from typing import Final, get_args

import pyarrow as pa

from apothecary.record.facts import SECTIONS, SectionName, Standing

FORMAT: Final = 1  # of these tables; facts of another format are made again

SECTION: Final[dict[SectionName, int]] = {name: number for number, name in enumerate(SECTIONS)}
STANDING: Final[dict[Standing, int]] = {name: number for number, name in enumerate(get_args(Standing))}
OTHER, ORDER, STATEMENT, GIVEN, DRAFT, REQUEST, RECOMMENDATION = range(7)
KIND: Final[dict[str, int]] = {
    "MedicationRequest": ORDER,
    "MedicationStatement": STATEMENT,
    "MedicationAdministration": GIVEN,
    "MedicationDispense": GIVEN,
    "DraftOrder": DRAFT,
    "ServiceRequest": REQUEST,
    "ImmunizationRecommendation": RECOMMENDATION,
}
SUPPLIED, NOT_SUPPLIED, UNREADABLE = range(3)
STATE: Final = {"supplied": SUPPLIED, "not-supplied": NOT_SUPPLIED, "unreadable": UNREADABLE}
FEMALE, MALE = 1, 2
SEX: Final = {"female": FEMALE, "male": MALE}
ALWAYS: Final = -(2**31) + 1  # the first day of a row without a date
BITS: Final = 62  # value sets in one word of a mask; the engines' integers are signed
ANYTHING: Final = -1  # in `observation`: a result that may be one of any kind
# in `state` of a step: an answer that holds whatever the weight, a number, or one to be worked out by itself
CLEAR, APPLIES, UNKNOWN, NUMBER, SINGLY = range(5)
NO_WEIGHT, PER_WEIGHT, TIMES_WEIGHT = range(3)

_DAY, _CODE = pa.int32(), pa.int8()


def _dated(*more: tuple[str, pa.DataType]) -> list[tuple[str, pa.DataType]]:
    """What every table that depends on the day of the review begins with; `from_day` null: it always stood."""
    return [("patient", pa.int64()), ("standing", _CODE), ("from_day", _DAY), *more]


def row_schema(words: int) -> pa.Schema:
    """Rows that belong to a value set (`sure` by code or name, `coarse` maybe) or do not say what they are (`opaque`).

    The bit of a set is its number in the section, `words` of `BITS` each. For an opaque row `coarse` holds the sets it
    may belong to. `start`, `end`: the days its date may mean; `dated`: the record gave that date. A row that is of the
    past in words for some sets stands twice.
    """
    masks = [(f"{kind}_{word}", pa.int64()) for word in range(words) for kind in ("sure", "coarse")]
    return pa.schema(
        _dated(
            ("section", _CODE), ("kind", _CODE), ("start", _DAY), ("end", _DAY), ("until_start", _DAY),
            ("until_end", _DAY), ("dated", pa.bool_()), ("opaque", pa.bool_()), *masks,
            ("source", pa.string()), ("text", pa.string()),
        )
    )  # fmt: skip


# One row for each observation a result belongs to: a number in the observation's unit (`low` null: it has none), the
# place of its answer among the observation's answers (null: none), whether it may say anything (`doubtful`). `moment`:
# seconds, null without a time of day. `opaque`: it only may be one.
RESULT: Final = pa.schema(
    _dated(
        ("observation", pa.int16()), ("start", _DAY), ("end", _DAY), ("moment", pa.float64()), ("low", pa.float64()),
        ("high", pa.float64()), ("low_open", pa.bool_()), ("high_open", pa.bool_()), ("answer", _CODE),
        ("doubtful", pa.bool_()), ("opaque", pa.bool_()), ("source", pa.string()), ("text", pa.string()),
    )
)  # fmt: skip

# One row for each question about a step of an order of the drug. A number is `low` to `high`, divided by or times the
# body weight where `weigh` says so and then times `times_low` to `times_high`, each product rounded to 12 digits;
# `as_needed`: it may also be 0. `order`: the dosages as JSON where the step has to be worked out by itself.
STEP: Final = pa.schema(
    _dated(
        ("kind", _CODE), ("until_start", _DAY), ("until_end", _DAY), ("coarse", pa.bool_()), ("dosed", pa.bool_()),
        ("question", pa.int16()), ("state", _CODE), ("low", pa.float64()), ("high", pa.float64()),
        ("low_open", pa.bool_()), ("high_open", pa.bool_()), ("weigh", _CODE), ("times_low", pa.float64()),
        ("times_high", pa.float64()), ("as_needed", pa.bool_()), ("step", pa.int16()), ("order", pa.string()),
        ("source", pa.string()), ("text", pa.string()),
    )
)  # fmt: skip

# One row a patient. `age_low`, `age_high`: months, only where an age was typed instead of a date of birth. For each
# section its state, whether only what is active was asked for, whether it counts as supplied only for its rows, and
# the first day on which a row of it stands (null: it has no rows).
PATIENT: Final = pa.schema(
    [
        ("patient", pa.int64()), ("id", pa.string()), ("export", pa.string()), ("birth_start", _DAY),
        ("birth_end", _DAY), ("age_low", _DAY), ("age_high", _DAY), ("sex", _CODE), ("dead", pa.bool_()),
        ("death_start", _DAY),
        *(
            column
            for name in SECTIONS
            for column in (
                (f"state_{name}", _CODE), (f"present_only_{name}", pa.bool_()), (f"by_rows_{name}", pa.bool_()),
                (f"first_{name}", _DAY),
            )
        ),
    ]
)  # fmt: skip


def schemas(words: int) -> dict[str, pa.Schema]:
    """The schema of every table by its name."""
    return {"row": row_schema(words), "result": RESULT, "step": STEP, "patient": PATIENT}
