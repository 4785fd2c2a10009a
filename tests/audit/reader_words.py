"""The words of drawn monographs: every shape of the layout that the reader has to tell from another.

`#` stands for a run of citations. What the layout leaves truly ambiguous is not here, and each list says what that is.
"""

from typing import NamedTuple


class Heading(NamedTuple):
    """A heading: its line, its other name in the path, the standard headings below, and what own ones below hold."""

    title: str
    name: str = ""
    below: tuple["Heading", ...] = ()
    own: tuple["Heading", ...] | None = None


DRUGS = ("Norvimab", "Made-up Alfa", "Norvimab-2 [new]", "Nor (Systemic)")
PUBLISHER = "Society of Made-up Drugs, Inc."
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
HEADER_LINES = ("Brand names: Norvex, Norvex XR", "VA class: CN302", "CAS number: 298-46-4", "Drug class: Antibodies")
FURNITURE = ("Find out more about things like this.", "More about hats", "- Reviews (0)", "Frequently asked questions")

# Left out: a number of the bibliography before a capitalized noun (`.1 36 Japanese patients` where 36 is a reference)
# and a sentence that begins with a small letter (`.1 3 in vitro`, where 3 belongs to the sentence).
OPENINGS = (
    "Patients", "A trial", "In 1 study", "100 mg once daily", "36 patients", "3 of 5 women", "≥65 years of age it",
    "pH", "IL-1 beta", "α-Blockers", "“Hats”", "2–17 years of age", "E. coli", "St. John's wort", "COVID-19",
    "12 weeks later", "1,000 cells", "2.5-mg pens", "(Unlike hats) it", "†Hats", "DIRA",
)  # fmt: skip
# Left out: a full stop behind a company or a country before a capital, and citations inside a sentence behind a number
# (`in weeks 1 and 2,1 3 pain`), behind a name (`with HER2,1` is told, `with HER21` is not) or before what they could
# measure (`pain,1 3 days`); `pain,1 3 patients` cites 3 where 3 is a reference.
MIDDLES = (
    "have worse pain", "take up to 1–2 mg/kg daily", "(≥5%)", "below 500/mm3", "per 1.73 m2", "with CYP3A4 inhibitors",
    "(95% CI 1.2–3.4)", "e.g., in the thigh", "(i.e., twice)", "by Nobody et al. in 2003", "of Hats, Inc. and others",
    "from E. coli", "(No. 5 of 7)", "in the U.S. since 2003", "for 4.1 hours", "in 1,200 women",
    "against HER2 and TNF-α", "vs. placebo", "at 1:10", "for migraine† [off-label]", "and IL-1β secretion",
    "with vitamin B12", "log10 steps of it", "with pain,# and nausea", "in rats;# no others were seen",
    "(e.g., rash,# fever#)", "for asthma# or gout", "with CYP2D6,# and more", "(as above.#) and more",
)  # fmt: skip
# Left out: a sentence that ends with a bare number and cites what is in no bibliography: `day 4.77` is a decimal.
CLOSINGS = (
    "of it.", "for 3 weeks.", "per 1.73 m2.", "below 500/mm3.", "by CYP3A4.", "in COVID-19.", "for IL-1 beta.",
    "(95% CI 1.2–3.4).", "on day 4.", "with a mean of 2.5.", "since 2003.", "by 50%.", "for gout† [off-label].",
    "(estimated from Scr).", "against hepatitis B.", "in the U.S.", "of Hats, Inc.", "or not?", "at last!",
    "as “hats.”", "(see Hats.)", "and IL-1RI.", "in 10³/mm³.", "at 2–8°C.",
)  # fmt: skip
# Left out: citations glued to a name with a number (`CYP3A41`) or to a bare number (`day 41`, and `day 4.1` in a cell).
CELLS = (
    "Hats", "Triptans (e.g., sumatriptan)", "no data on safety#", "Seen in 1 study#", "May rise;# not in rats#",
    "Inhibits CYP3A4", "Blocks HER2", "Mean of 4.1", "0.5 mg/0.5 mL", "Not in DIRA#", "Avoid use.# Monitor closely.#",
    "COVID-19", "Vitamin B12", "For 28 days.#", "Below 500/mm3.#", "Hats, Inc.", "- Nothing known#", "Adults",
    "At 2–8°C#",
)  # fmt: skip
# Left out: words that are a standard heading where they stand, and those that end like a sentence.
OWN_HEADINGS = (
    "Migraine", "Use with HER2 Blockers", "COVID-19", "Stage 3 Disease", "Diabetes Mellitus Type 2", "CYP3A4",
    "Interleukin-1 Deficiency (DIRA)", "Gout† [off-label]", "St. John's Wort", "≥65 Years of Age", "<40 kg",
    "2–17 Years of Age", "eGFR-based Reduction", "Vitamin B12", "E. coli Infections",
)  # fmt: skip


def _headings(*titles: str) -> tuple[Heading, ...]:
    return tuple(Heading(title) for title in titles)


_ROUTES = _headings("Oral", "Sub-Q", "IV")
_PATIENTS = tuple(Heading(title, own=_ROUTES) for title in ("Pediatric Patients", "Adults"))
_POPULATIONS = _headings("Hepatic Impairment", "Renal Impairment")
_STORED = (Heading("Oral", own=()), Heading("Parenteral", own=()))
_WARNINGS = ("Warnings", "Sensitivity Reactions", "Other Warnings and Precautions")

# An own heading is only ambiguous where two open sections may hold it; here it stands in the innermost one.
SECTIONS = (
    Heading("Boxed Warning", own=()),
    Heading("REMS"),
    Heading("Introduction"),
    Heading("Uses for {drug}", "Uses", own=()),
    Heading(
        "{drug} Dosage and Administration",
        "Dosage and Administration",
        (
            Heading("General", below=_headings("Pretreatment Screening", "Patient Monitoring")),
            Heading(
                "Administration", below=(Heading("Oral Administration", own=()), Heading("IV Administration", own=()))
            ),
            Heading("Dosage", below=_PATIENTS),
            Heading("Prescribing Limits", below=_PATIENTS),
            Heading("Special Populations", below=_POPULATIONS, own=()),
        ),
    ),
    Heading(
        "Cautions for {drug}",
        "Cautions",
        (
            Heading("Contraindications"),
            Heading(
                "Warnings/Precautions",
                below=(
                    *(Heading(title, own=()) for title in _WARNINGS),
                    Heading("Specific Populations", below=_headings("Pregnancy", "Lactation"), own=()),
                ),
            ),
            Heading("Common Adverse Effects"),
        ),
    ),
    Heading("Drug Interactions", below=(Heading("Specific Drugs"),), own=()),
    Heading(
        "{drug} Pharmacokinetics",
        "Pharmacokinetics",
        (
            Heading("Absorption", below=_headings("Bioavailability", "Food", "Special Populations")),
            Heading("Distribution", below=_headings("Extent"), own=()),
            Heading("Elimination", below=_headings("Metabolism", "Half-life", "Special Populations")),
        ),
    ),
    Heading("Stability", below=(Heading("Storage", below=_STORED), Heading("Compatibility", below=_STORED))),
    Heading("Actions"),
    Heading("Advice to Patients"),
    Heading("Preparations", own=()),
)
