"""The review as JSON: the public contract, then what this version says beyond it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from apothecary.present.therapy_json import dose_plan, due, exposure

if TYPE_CHECKING:
    from apothecary.review.result import Basis, Evidence, Finding, IndicationFound, Measure, Need, Review


def render(review: Review) -> str:
    """The review as indented JSON, ending with one newline."""
    return indented(document(review))


def indented(data: dict[str, Any]) -> str:
    """Plain data as indented JSON, ending with one newline."""
    try:
        encoded = msgspec.json.encode(data)
    except UnicodeEncodeError:  # a lone surrogate from a damaged record has no UTF-8 form
        encoded = msgspec.json.encode(_without_surrogates(data))
    return msgspec.json.format(encoded, indent=2).decode() + "\n"


def knowledge(review: Review) -> dict[str, Any]:
    """Which knowledge was used."""
    used = review.knowledge
    return {
        "version": used.version,
        "revised": used.revised.isoformat(),
        "hash": used.hash,
        "expires": used.expires.isoformat(),
        "expired": used.expired,
    }


def head(review: Review) -> dict[str, Any]:
    """What a plan or a calendar by itself says of the review behind it."""
    return {
        "contract": review.contract,
        "drug": review.drug,
        "knowledge": knowledge(review),
        "as_of": review.as_of.isoformat(),
    }


def problems(review: Review) -> list[dict[str, Any]]:
    """What could not be used as it stands."""
    return [{"code": p.code, "where": p.where, "message": p.message} for p in review.problems]


def document(review: Review) -> dict[str, Any]:
    """The review as plain data: the contract's fields in the contract's order, our additions at the end.

    `dose_plan` is null where the monograph doses nothing, `monitoring` empty where it has no plan for this patient,
    `exposure` null where it has no kinetic model.
    """
    patient = review.patient
    return {
        "contract": review.contract,
        "drug": review.drug,
        "knowledge": knowledge(review),
        "patient": {
            "id": patient.id,
            "age": patient.age,
            "sex": patient.sex,
            "weight": _measure(patient.weight),
            "creatinine_clearance": _measure(patient.creatinine_clearance),
        },
        "as_of": review.as_of.isoformat(),
        "phase": review.phase,
        "verdict": review.verdict,
        "indications": [_indication(use) for use in review.indications],
        "findings": [_finding(finding) for finding in review.findings],
        "dose_plan": dose_plan(review.dose_plan) if review.dose_plan is not None else None,
        "monitoring": [due(one) for one in review.monitoring],
        "problems": problems(review),
        "exposure": exposure(review.exposure) if review.exposure is not None else None,
        "phase_from": review.phase_from,
        "to_get": [
            {
                "fact": get.fact,
                "why": get.why,
                "how": get.how,
                "severity": get.severity,
                "settles": list(get.settles),
            }
            for get in review.to_get
        ],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "status": finding.status.value,
        "severity": finding.severity,
        "topic": finding.topic,
        "title": finding.title,
        "action": finding.action,
        "because": [_evidence(evidence) for evidence in finding.because],
        "needs": [_need(need) for need in finding.needs],
        "basis": [_basis(basis) for basis in finding.basis],
        "interpretation": finding.interpretation,
        "exception": finding.exception,
    }


def _indication(use: IndicationFound) -> dict[str, Any]:
    return {
        "id": use.id,
        "status": use.status.value,
        "labeled": use.labeled,
        "name": use.name,
        "because": [_evidence(evidence) for evidence in use.because],
        "needs": [_need(need) for need in use.needs],
    }


def _evidence(evidence: Evidence) -> dict[str, str]:
    """Every key is always there, so that a reader need not tell an empty field from an absent one."""
    return {
        "fact": evidence.fact,
        "value": evidence.value,
        "unit": evidence.unit,
        "date": evidence.date,
        "source": evidence.source,
        "match": evidence.match,
        "note": evidence.note,
    }


def _need(need: Need) -> dict[str, str]:
    return {"fact": need.fact, "why": need.why, "how": need.how}


def _basis(basis: Basis) -> dict[str, Any]:
    return {
        "statement": basis.statement,
        "section": basis.section,
        "references": list(basis.references),
        "kind": basis.kind,
    }


def _measure(measure: Measure) -> dict[str, Any]:
    return {
        "value": measure.value,
        "unit": measure.unit,
        "date": measure.date,
        "source": measure.source,
        "method": measure.method,
        "why": measure.why,
        "text": measure.text,
    }


def _without_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_without_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {key: _without_surrogates(item) for key, item in value.items()}
    return value
