"""`apothecary handout`: the information sheet for a patient."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from apothecary.cli import common as c
from apothecary.cli import review as review_verb

if TYPE_CHECKING:
    from apothecary.knowledge import Monograph
    from apothecary.therapy.handout import Sheet


@click.command("handout")
@click.argument("record", metavar="[RECORD]", required=False)
@click.option("--lang", default="en", show_default=True, help="Language of the sheet, such as en or es.")
@c.as_of_option
@c.drug_option
@c.indication_option
@click.option("--large", is_flag=True, help="Large type.")
@click.option("-o", "--out", type=click.Path(path_type=Path, dir_okay=False), help="Write to a file.")
@c.knowledge_option
def command(
    record: str | None,
    lang: str,
    as_of: str | None,
    drug: str | None,
    indication: str | None,
    large: bool,
    out: Path | None,
    knowledge: Path | None,
) -> None:
    """Print the information sheet for patients as one HTML page, made for paper.

    RECORD adds what its review says about the dose and the next tests; the name of the patient never appears.
    """
    from apothecary.present import handout

    page = handout.render(_sheet(record, lang, as_of, drug, indication, knowledge), large=large)
    if out is None:
        c.write(page)
        return
    try:
        out.write_text(page, encoding="utf-8")
    except OSError as error:
        reason = error.strerror or "it cannot be opened"
        raise c.Failure("usage", f"The sheet cannot be written to {out}: {reason}. Name another file.", 2) from error


def _sheet(
    record: str | None, lang: str, as_of: str | None, drug: str | None, indication: str | None, knowledge: Path | None
) -> "Sheet":
    from apothecary.therapy.handout import sheet

    if record is not None:
        review, monograph = review_verb.run(record, drug, as_of, indication, knowledge=knowledge)
        return sheet(monograph, _language(lang, monograph), review, indication)
    from apothecary.review.edition import Edition

    day = c.parse_day(as_of)
    monograph = c.load_monograph(c.folder_of(drug, knowledge))
    if indication is not None and indication not in monograph.indications:
        message = f"There is no use {indication!r}. Uses: {', '.join(monograph.indications)}."
        raise c.Failure("usage", message, 2)
    with c.failures(False):
        outdated = bool(Edition(monograph).problems(day))
    return sheet(monograph, _language(lang, monograph), None, indication, outdated)


def _language(asked: str, monograph: "Monograph") -> str:
    """The language of the sheet; Failure with exit code 2 where its lines or its fixed words are not there."""
    from apothecary.present.handout_words import all_words
    from apothecary.therapy.handout import languages

    known = [language for language in languages(monograph) if language in all_words()]
    if asked in known:
        return asked
    raise c.Failure("usage", f"There is no sheet in the language {asked!r}. Languages: {', '.join(known)}.", 2)
