"""The units that the checker asks for are those the engine computes in."""

import msgspec
import pytest

from apothecary.kinetics import Covariates, individual
from apothecary.knowledge import kinetics_numbers
from apothecary.knowledge.kinetics import Covariate, Proportional
from support import made_up


@pytest.mark.parametrize(
    ("by", "unit", "expected"),
    [("weight", "mL/h/kg", 0.2 * 70 / 1000), ("creatinine-clearance", "mL/h/(mL/min)", 0.2 * 50 / 1000),
     ("age", "mL/h/a", 0.2 * 40 / 1000)],
)  # fmt: skip
def test_a_parameter_in_proportion_to_any_covariate(by: Covariate, unit: str, expected: float) -> None:
    """Also to one whose unit is itself a quotient."""
    model = made_up().models["kidneys"]
    clearance = msgspec.structs.replace(model.parameters["clearance"], value=0.2, unit=unit)
    volume = next(one for one in model.covariates if one.parameter == "volume")
    changed = msgspec.structs.replace(
        model,
        parameters={**model.parameters, "clearance": clearance},
        covariates=(Proportional(parameter="clearance", by=by), volume),
    )
    assert [] == [
        one.message for one in kinetics_numbers.wrong(msgspec.structs.replace(made_up(), models={"kidneys": changed}))
    ]
    found = individual(changed, Covariates(age=40.0, weight=70.0, creatinine_clearance=50.0))
    assert expected == pytest.approx(found.clearance, rel=1e-12)
