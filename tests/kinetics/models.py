"""Every model of every monograph, packaged and made up, with patients whom each one takes."""

from typing import NamedTuple

import support
from apothecary.kinetics import Covariates, Individual, individual
from apothecary.knowledge import PACKAGED, Monograph, load, packaged
from apothecary.knowledge.kinetics import Model


class Known(NamedTuple):
    """A model and the monograph it belongs to."""

    monograph: Monograph
    model: Model

    @property
    def id(self) -> str:
        """Which model it is, for the name of a test."""
        return f"{self.monograph.drug.id}-{self.model.id}"


MONOGRAPHS = [*(load(PACKAGED / name) for name in packaged()), support.made_up()]
MODELS = [Known(m, model) for m in MONOGRAPHS for model in m.models.values()]
# Inside the hard limits of every model there is: 18 to 21 years old, kidneys that work
PATIENT = Covariates(age=19.0, weight=60.0, creatinine_clearance=85.0)
PATIENTS = [PATIENT, Covariates(age=20.0, weight=80.0, creatinine_clearance=110.0)]


def typical(model: Model, known: Covariates = PATIENT) -> Individual:
    """The typical patient of a model."""
    return individual(model, known)


def by_id(drug: str, model: str) -> Model:
    """A packaged model."""
    return next(one.model for one in MODELS if (one.monograph.drug.id, one.model.id) == (drug, model))
