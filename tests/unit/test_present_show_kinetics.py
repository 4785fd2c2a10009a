"""The models of concentration on the readable page: every number with its unit, kind and source, every text."""

import re
from typing import Any

import msgspec
import pytest

from apothecary.knowledge import PACKAGED, Monograph, kinetics_links, load, packaged
from apothecary.present import FORMATS
from apothecary.present.show import render, shown
from support import made_up

KNOWN = [made_up(), *(load(PACKAGED / name) for name in packaged())]
IDS: Any = {"ids": lambda m: m.drug.id}


def rows(m: Monograph) -> dict[str, Any]:
    return {row.id: row for one in shown(m, "kinetics").sections for table in one.tables for row in table.rows}


def texts(m: Monograph) -> str:
    return " ".join(cell for row in rows(m).values() for cell in row.cells)


def plain(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("m", KNOWN, **IDS)
def test_every_number_is_shown_with_its_unit(m: Monograph) -> None:
    whole = texts(m)
    units = {"1": "", "a": " years", "mo": " months", "d": " days"}
    wanted = []
    for _, _, part in kinetics_links.parameters(m):
        ends = part.value if isinstance(part.value, tuple) else (part.value,)
        wanted.append(" to ".join(f"{end:.10g}" for end in ends) + units.get(part.unit, f" {part.unit}"))
        wanted += [f"RSE {part.rse_percent:.10g} %"] if part.rse_percent is not None else []
        wanted += [f"SD {part.sd:.10g}"] if part.sd is not None else []
    assert wanted
    assert [] == [text for text in wanted if text not in whole]


@pytest.mark.parametrize("m", KNOWN, **IDS)
def test_every_reason_and_every_place_is_shown(m: Monograph) -> None:
    whole = texts(m)
    wanted = []
    for _, _, part in kinetics_links.parameters(m):
        wanted += [text for text in (part.reason, part.read) if text is not None]
        wanted += [f"{place.source}: {place.locator}" for place in part.places]
    assert [] == [text for text in wanted if plain(text) not in whole]


@pytest.mark.parametrize("m", KNOWN, **IDS)
def test_every_text_is_shown(m: Monograph) -> None:
    assert m.exposure is not None
    assert m.exposure.mechanism is not None
    wanted = [m.exposure.mechanism.text, *m.exposure.mechanism.notes]
    wanted += [text for target in m.exposure.targets for text in (target.text, target.population.text)]
    for model in m.models.values():
        wanted += [model.population.text, model.structure, *model.notes, *model.missing]
        wanted += [limit.text for limit in model.domain]
        wanted += [seen.text for seen in model.observed]
        wanted += [seen.subject.reason for seen in model.observed if seen.subject.reason is not None]
    assert [] == [text for text in wanted if plain(text) not in texts(m)]


@pytest.mark.parametrize(
    ("expected", "row"),
    [
        ("the clearance is multiplied by (weight / 70 kg) to the power of 0.75 (RSE 20 %)",
         "adults: relation 1: exponent"),
        ("the volume is given per unit of the weight and multiplied by it", "adults: relation 2"),
        ("the clearance is multiplied by 10 to the power of (0.007 min/mL times the creatinine clearance)",
         "kidneys: relation 1: slope"),
        ("a creatinine clearance above 90 mL/min counts as that", "kidneys: relation 1: highest"),
        ("on dialysis the clearance is 1.8 mL/h (SD 0.3), whatever the other facts; a record says so with dialysis or "
         "dialysis session, not longer ago than 14 days", "kidneys: relation 3: value"),
        ("Sources of renal function disagree about 30 mL/min", "kidneys: unless renal-disagree"),
        ("subcutaneous and intravenous", "adults: routes"),
        ("90 adults with migraine who do not exist; 90 subjects; 720 concentrations", "adults: population"),
        ("82 %", "adults: bioavailability"),
        ("0.15 L/d (RSE 6 %)", "adults: clearance"),
        ("28 days", "adults: occasion"),
        ("500 ng/mL", "adults: additive residual error"),
        ("0.15", "adults: proportional residual error"),
        ("not used outside: the model was made from adults", "adults: limit 1"),
        ("used outside with a warning: the adults behind the model weighed 45 to 120 kg, so the result is an "
         "extrapolation", "adults: limit 2"),
        ("10 mg/L, in adults with migraine who do not exist", "average-for-rest"),
        ("50", "mechanism: excess"),
        ("0.2 nmol/L", "mechanism: receptor-of-people"),
    ],
)  # fmt: skip
def test_what_a_line_says(expected: str, row: str) -> None:
    assert expected == rows(made_up())[row].cells[1]


@pytest.mark.parametrize(
    ("expected", "row"),
    [
        ("Weight from 45 kg up to 120 kg", "adults: limit 2"),
        ("Age from 18 years", "adults: limit 1"),
        ("Between-occasion variability of the absorption rate, standard deviation of the logarithm",
         "adults: absorption-rate between occasions"),
    ],
)  # fmt: skip
def test_what_a_line_is_about(expected: str, row: str) -> None:
    assert expected == rows(made_up())[row].cells[0]


@pytest.mark.parametrize(
    ("kind", "row"),
    [
        ("stated by the source text", "adults: bioavailability"),
        ("worked out from other numbers", "adults: volume"),
        ("fixed by another source", "adults: clearance"),
        ("our assumption", "kidneys: absorption-rate"),
    ],
)
def test_the_kind_of_a_number(kind: str, row: str) -> None:
    assert kind == rows(made_up())[row].cells[2]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("adults: accumulation", ("1.5 to 2.5", "70 kg; 120 mg every 28 days, 6 times",
                                  "the model was not made from it, so it is a test")),
        ("adults: exposure-by-weight", ("0.7", "110 kg; 240 mg; over 70 kg",
                                        "the model was not made from it, so it is a test")),
        ("adults: half-life", ("28 days", "70 kg; 120 mg", "the model was made from it")),
        ("kidneys: clearance-dialysis", ("1.8 mL/h (SD 0.3)", "70 kg, on dialysis; 60 mg",
                                         "the model was made from it")),
        ("kidneys: clearance-severe", ("2.8 mL/h (SD 0.6)",
                                       "70 kg, creatinine clearance 20 mL/min; 60 mg (The mean of the group is not "
                                       "given)",
                                       "the model was made from it")),
    ],
)  # fmt: skip
def test_an_observation_says_for_whom_and_to_what_use(row: str, expected: tuple[str, ...]) -> None:
    assert expected == rows(made_up())[row].cells[1:4]


@pytest.mark.parametrize("m", KNOWN, **IDS)
def test_models_stand_in_the_order_of_trying(m: Monograph) -> None:
    tables = [table.id for one in shown(m, "kinetics").sections for table in one.tables if table.id in m.models]
    assert m.exposure is not None
    assert list(m.exposure.models) == tables


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_has_the_model_its_limits_and_the_target(format: Any) -> None:
    page = re.sub(r"\s+", " ", render(made_up(), format, "kinetics", width=4000).replace("\\", ""))
    wanted = ("Adults with healthy kidneys", "the model was made from adults", "0.15 L/d (RSE 6 %)", "megrimin",
              "Nobody was ever given this drug.", "No effect of age was looked for.", "average-for-rest")  # fmt: skip
    assert [] == [text for text in wanted if text not in page]


def test_a_drug_without_models_says_nothing_of_them() -> None:
    bare = msgspec.structs.replace(made_up(), models={}, exposure=None)
    captions = [table.caption for one in shown(bare, "kinetics").sections for table in one.tables]
    assert ["Numbers of the pharmacokinetics", "Not turned into a number"] == captions
