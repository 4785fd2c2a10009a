"""Reviews made by hand for the tests of every format: a rich one, an empty one, a hostile one."""

from datetime import date
from typing import Any

import msgspec

from apothecary.knowledge.schema import (
    Edition,
    Identity,
    Interpretation,
    Monograph,
    Place,
    Rule,
    Source,
)
from apothecary.logic import Phase, Truth
from apothecary.record import Problem
from apothecary.review.result import (
    Basis,
    Evidence,
    Finding,
    IndicationFound,
    Knowledge,
    Measure,
    Need,
    PatientShown,
    Review,
    ToGet,
)

T, F, U = Truth.APPLIES, Truth.CLEAR, Truth.UNKNOWN
REVISED = date(2025, 4, 10)
IN_TIME = Knowledge("2025.4.1", REVISED, "0f3a9c1e", date(2027, 4, 10), False, "24 months")
EXPIRED = msgspec.structs.replace(IN_TIME, expired=True)
ALLERGIES = Need("allergies", "not-supplied", "Ask about allergies and record them, or that there are none.")
COUNT = Need("neutrophil count", "stale", "The last result is of 2026-01-15. Order a differential blood count.")
KIDNEY = Need(
    "creatinine clearance",
    "conflicting",
    "The sources stand on both sides of 30 mL/min: decide which one holds, or measure it.",
)
REPORTED = Evidence("creatinine clearance", "34", "mL/min", "2026-10-30", "Observation/31", "code")
ESTIMATED = Evidence("creatinine clearance", "27.4", "mL/min", "2026-11-02", "", "derived", "Cockcroft-Gault")
BLOCKER = Evidence("blocker", "examplumab 40 mg", "", "2026-10-01", "MedicationRequest/12", "name")


def finding(id: str, status: Truth, severity: str, **more: Any) -> Finding:
    fields = {
        "topic": "cautions",
        "title": f"Title of {id}",
        "action": f"Do what {id} asks for.",
        "because": (),
        "needs": (),
        "basis": (Basis(f"{id}.1", "Cautions", ("1",), "stated"),),
    }
    return Finding(id=id, status=status, severity=severity, **(fields | more))  # type: ignore[arg-type]


def rule(id: str, **more: Any) -> Rule:
    fields: dict[str, Any] = {
        "topic": "cautions",
        "phases": ("considering",),
        "severity": "warning",
        "when": Phase(equals="considering"),
        "title": "t",
        "action": "a",
        "statements": (),
    }
    return Rule(id=id, **(fields | more))


def monograph(**changes: Any) -> Monograph:
    made = Monograph(
        drug=Identity(
            id="fictamab",
            name="Fictamab",
            brands=("Madeupra",),
            drug_class="made-up",
            value_set="fictamab",
            edition=Edition(title="Fictamab", publisher="Example Press", revised=REVISED, source="1"),
            statements=(),
        ),
        topics=("cautions",),
        indications={},
        rules={"kidney-watch": rule("kidney-watch", places=(Place(source="label", locator="section 5"),))},
        values={},
        observations={},
        value_sets={},
        codes=(),
        statements={},
        sources={
            "1": Source(id="1", kind="label", citation="Example Press. Fictamab label. 2025."),
            "2": Source(id="2", kind="article", citation="Doe J. A trial of fictamab. J Ex. 2024; 1:2-3."),
            "9": Source(
                id="9",
                kind="article",
                citation="Roe R. Two blockers at once. J Ex. 2023; 4:5-6.",
                url="https://example.org/roe?a=1&b=2",
            ),
            "10": Source(
                id="10", kind="review", citation="Poe E. Clearance. J Ex. 2020; 7:8.", url="javascript:alert(1)"
            ),
            "label": Source(id="label", kind="label", citation="Madeupra label, section 5."),
            "unused": Source(id="unused", kind="article", citation="Never cited here."),
        },
        interpretations={
            "recent": Interpretation(
                id="recent",
                title="What recent means",
                issue="No period is given.",
                reading="A count is recent for 90 days.",
                why="Common practice.",
                statements=(),
            )
        },
        products={},
        adverse_effects={},
        advice={},
        hash="0f3a9c1e",
        version="2025.4.1",
    )
    return msgspec.structs.replace(made, **changes)


def review(**changes: Any) -> Review:
    """The rich review: something of everything."""
    made = Review(
        contract=1,
        drug="fictamab",
        knowledge=IN_TIME,
        patient=PatientShown(
            "pat-7",
            "71 a",
            "female",
            Measure(58.0, "kg", "2026-11-02", "Observation/3", "reported", "", "58 kg"),
            Measure(None, "mL/min", why="Order a creatinine.; Weigh the patient."),
        ),
        as_of=date(2026, 11, 22),
        phase="considering",
        phase_from="no active order or statement of the drug",
        verdict="stop",
        indications=(
            IndicationFound("joint", "Joint disease", T, True, (Evidence("joint disease", "M05.9", "", "2019"),), ()),
            IndicationFound("skin", "Skin disease", U, False, (), (ALLERGIES,)),
            IndicationFound("fever", "Fever disease", F, False, (), ()),
        ),
        findings=(
            finding(
                "blocker",
                T,
                "critical",
                title="Takes another blocker",
                action="Do not give both: serious infections are more frequent.",
                because=(BLOCKER,),
                basis=(
                    Basis("interactions.1", "Interactions", ("9", "1"), "stated"),
                    Basis("cautions.4", "Cautions", ("10", "9"), "stated"),
                ),
            ),
            finding("allergy", U, "critical", title="Allergy to the drug", needs=(ALLERGIES,)),
            finding("infection", F, "critical"),
            finding(
                "elderly",
                T,
                "warning",
                title="Elderly patient",
                action="Watch for infections.",
                because=(Evidence("age", "71 a", "", "", "Patient"),),
                basis=(Basis("geriatric.1", "Geriatric", ("2",), "policy"),),
                exception="short course",
            ),
            finding(
                "count-missing",
                U,
                "warning",
                needs=(COUNT, ALLERGIES),
                because=(Evidence("neutrophil count", "2100", "/mm3", "2026-01-15", "Observation/9", "code"),),
                interpretation="recent",
            ),
            finding("kidney-watch", U, "warning", needs=(KIDNEY,), because=(REPORTED, ESTIMATED)),
            finding("kidney-dose", U, "warning", needs=(KIDNEY,), because=(BLOCKER, REPORTED, ESTIMATED)),
            finding("guideline", T, "info", title="A guideline prefers other drugs", interpretation="recent"),
            finding("liver", U, "info", needs=(ALLERGIES,)),
            finding("tumor", F, "info"),
        ),
        to_get=(
            ToGet("allergies", "not-supplied", ALLERGIES.how, "critical", ("allergy", "a", "b", "c", "d", "liver")),
            ToGet("creatinine clearance", "conflicting", KIDNEY.how, "warning", ("kidney-watch", "kidney-dose")),
            ToGet("neutrophil count", "stale", COUNT.how, "warning", ("count-missing",)),
        ),
        problems=(Problem("bad-date", "Observation/44", "The date 2026-13-01 is no date: correct it at its source."),),
    )
    return msgspec.structs.replace(made, **changes)


def empty() -> Review:
    """Nothing known, nothing asked."""
    nothing = Measure(None, "")
    return review(
        patient=PatientShown(None, None, None, nothing, nothing),
        verdict="go",
        indications=(),
        findings=(),
        to_get=(),
        problems=(),
    )


HOSTILE = (
    "<script>alert('x')</script> [click](https://evil.example) ![p](http://evil.example/p.png) `code` *bold* | cell "
    "# not a heading www.evil.example \x1b[31mred\x1b[0m \x1b]8;;https://evil.example\x07link\x1b]8;;\x07 "
    "\u202etxet\u202c \x00\x07\x9b2J \r\n\n# heading\n<img src=x onerror=alert(1)> {{ 7*7 }} & ​漢字 ≥ 10³ \ud800"
)
LONG = "https://evil.example/" + "averyveryverylongword" * 20 + " " + "many words in a row " * 60 + "END-OF-TEXT"


def hostile() -> Review:
    """Every string that a record can carry is an attack, or very long."""
    bad = Evidence(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, "name", HOSTILE)
    need = Need(HOSTILE, "coarse-code", f"# {HOSTILE} {LONG}")
    return review(
        patient=PatientShown(
            HOSTILE, HOSTILE, HOSTILE, Measure(None, HOSTILE, text=LONG, method=HOSTILE), Measure(1.0, "x")
        ),
        phase_from=HOSTILE,
        indications=(IndicationFound("joint", HOSTILE, U, False, (bad,), (need,)),),
        findings=(
            finding("blocker", T, "critical", title=HOSTILE, action=f"- {LONG}", because=(bad,)),
            finding("allergy", U, "critical", title=LONG, needs=(need,), because=(bad,)),
            finding("note", T, "info", title="1. one", action="漢字" * 90, exception=HOSTILE),
        ),
        to_get=(ToGet(HOSTILE, "coarse-code", f"+ {LONG}", "critical", (HOSTILE,)),),
        problems=(Problem("bad", HOSTILE, f"{HOSTILE} {LONG}"),),
    )
