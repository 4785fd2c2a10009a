"""Where a sentence ends when no citation says so."""

import pytest
from reader_strategies import written_out

from apothecary.audit import read_monograph
from apothecary.audit.document import units


def split(line: str) -> list[str]:
    found = units(read_monograph(written_out(["Introduction", line]).encode()))
    return [unit.text for unit in found if unit.section == "Introduction"]


@pytest.mark.parametrize(
    "sentences",
    [
        # one sentence with full stops inside
        ["Hats, e.g., tall ones, i.e., high ones, vs. caps, cf. Dogs."],
        ["Made by Hats Co. Ltd. and Made-up Drugs, Inc. in Utopia."],
        ["From E. coli, St. John's wort, Candida spp. and the U.S. Pharmacopeia."],
        ["Nobody et al. 2003 saw Dr. Nemo and Mr. E. Nemo in Fig. 3 and No. 5."],
        ["J. K. Nemo said so."],
        ["Give 2.5 mg at 8 a.m. and 1,000 mg at night."],
        # several sentences
        ["Take vitamin D.", "Avoid the sun."],
        ["Test for hepatitis B.", "Then for hepatitis C.", "Then stop."],
        ["Reduce it in Child-Pugh class B.", "Stop it in Child-Pugh C.", "Then wait."],
        ["Give 5 mg.", "10 mg follow.", "≥65 years of age?", "†Never!", "pH is low.", "α-Blockers are not."],
        ["(See Actions.)", "He said “stop.”", "“Never.”", '"Never."', "[Nobody knows.]", "(The end.)"],
        ["Give it at 8 a.m.", "The next dose follows."],
        ["Hats™.", "© Nobody."],
        ["Give 30 mL/min.", "2 patients died."],
    ],
)
def test_a_line_is_split(sentences: list[str]) -> None:
    assert sentences == split(" ".join(sentences))


def test_what_is_no_sentence_is_kept_whole() -> None:
    assert ["pain, and nausea; nothing else"] == split("pain, and nausea; nothing else")
