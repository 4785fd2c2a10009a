"""`apothecary demo`: the main job on a packaged example record."""

from typing import TYPE_CHECKING

import click

from apothecary.cli import common as c
from apothecary.cli import review

if TYPE_CHECKING:
    from apothecary.present import Format


@click.command("demo")
@c.drug_option
@c.format_option
def command(drug: str | None, format: "Format") -> None:
    """Review the example patient that comes with a monograph, as of the day the example is written for."""
    from apothecary.knowledge import PACKAGED

    reviewer = c.load_reviewer(drug)
    folder = PACKAGED / reviewer.monograph.drug.id
    example = next(iter(sorted(folder.glob("example*.json"))), None)
    if example is None:
        raise c.Failure("usage", f"The monograph {folder.name} comes without an example record.", 2)
    day = (folder / "example.as-of").read_text(encoding="utf-8").strip()
    command_line = f"apothecary review {example.name} --as-of {day}"
    result, monograph = review.run(str(example), drug, day, format=format)
    if format == "text":
        c.write(f"A packaged example, the same as: {command_line}\n")
    review.show(result, monograph, format)
