"""Synthetic patients with known truth: a FHIR bulk export to test and show the review of many patients with."""

from apothecary.population.cohort.known import Known
from apothecary.population.cohort.mix import read_mix
from apothecary.population.cohort.patient import patient
from apothecary.population.cohort.plan import Plan, plan
from apothecary.population.cohort.write import SHARD, CohortError, Progress, write_cohort

__all__ = ["SHARD", "CohortError", "Known", "Plan", "Progress", "patient", "plan", "read_mix", "write_cohort"]
