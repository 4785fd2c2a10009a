"""Which model is for a patient: the first, in the monograph's order, whose domain and needs the patient meets."""

from collections.abc import Mapping, Sequence

import msgspec

from apothecary.kinetics.domain import outside, warnings
from apothecary.kinetics.parameters import Covariates, needed
from apothecary.knowledge.kinetics import Covariate, Model, Route


class Choice(msgspec.Struct, frozen=True):
    """The model with the reason and the warnings that go with it, or None, why, and what would have to be known."""

    model: Model | None
    why: str
    warnings: tuple[str, ...] = ()
    needs: tuple[Covariate, ...] = ()


def choose(
    models: Mapping[str, Model], known: Covariates, routes: Sequence[Route], must_know: Sequence[Covariate] = ()
) -> Choice:
    """The model to use; a limit of its domain that cannot be checked is a warning, or a need where `must_know` has it.

    Nothing is assumed for what is not known.
    """
    against: list[str] = []
    needs: list[Covariate] = []
    for model in models.values():
        found = outside(model, known)
        refused = [one for one in found if one.status == "outside" and one.limit.outside == "refuse"]
        wrong = [route for route in routes if route not in model.routes]
        lacking = [name for name in needed(model, known.on_dialysis) if known.of(name) is None]
        lacking += [one.limit.quantity for one in found if one.status == "unknown" and one.limit.quantity in must_know]
        if wrong:
            against.append(f"{model.name}: not for {' or '.join(wrong)} doses.")
        elif refused:
            against.append(f"{model.name}: {refused[0].text[0].lower()}{refused[0].text[1:]}")
        elif lacking:
            against.append(f"{model.name}: needs the {_listed(lacking)}, not known.")
            needs += lacking
        else:
            said = " ".join(against)
            why = f"First of the models that fit this patient. Not used: {said}" if said else "It fits this patient."
            return Choice(model, why, warnings(found))
    why = f"No model fits this patient. {' '.join(against)}" if against else "The monograph has no kinetic model."
    return Choice(None, why, needs=tuple(dict.fromkeys(needs)))


def _listed(names: Sequence[Covariate]) -> str:
    """Weight; weight and age; weight, creatinine clearance and age."""
    *first, last = (name.replace("-", " ") for name in dict.fromkeys(names))
    return f"{', '.join(first)} and {last}" if first else last
