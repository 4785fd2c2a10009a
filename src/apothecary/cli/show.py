"""`apothecary show`: what is known about a drug, as a readable page."""

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
    monograph = c.load_named(c.folder_of(drug, knowledge, as_json), drug, as_json)
    known = show.ids(monograph)
    if section not in (None, *known):
        message = f"There is no section {section!r}. Sections: {', '.join(known)}."
        raise c.Failure("usage", message, 2, as_json)
    c.write(show.render(monograph, format, section, **c.terminal()))
