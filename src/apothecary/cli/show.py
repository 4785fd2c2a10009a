"""`apothecary show`: what is known about a drug, as a readable page."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from apothecary.cli import common as c

if TYPE_CHECKING:
    from apothecary.present import Format


@click.command("show")
@click.argument("drug", required=False)
@click.argument("section", required=False)
@c.format_option
@c.knowledge_option
def command(drug: str | None, section: str | None, format: "Format", knowledge: Path | None) -> None:
    """Show the monograph of DRUG, or one SECTION of it, with its citations.

    A SECTION that there is not ends with a list of those there are.
    """
    from apothecary.present import show

    as_json = format == "json"
    monograph = c.load_monograph(knowledge if knowledge is not None else c.packaged_folder(drug, as_json), as_json)
    if drug not in (None, monograph.drug.id):
        message = f"{knowledge} holds the monograph of {monograph.drug.id}, not of {drug}. Name one of them."
        raise c.Failure("usage", message, 2, as_json)
    known = show.ids(monograph)
    if section not in (None, *known):
        message = f"There is no section {section!r}. Sections: {', '.join(known)}."
        raise c.Failure("usage", message, 2, as_json)
    color = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    encoding = sys.stdout.encoding or "utf-8"
    c.write(show.render(monograph, format, section, width=c.width(), color=color, encoding=encoding))
