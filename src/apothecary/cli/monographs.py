"""`apothecary monographs`: which monographs there are."""

from typing import Annotated

import typer

from apothecary.cli import common as c


def command(format: Annotated[c.Format, typer.Option("--format", help="text or json.")] = c.Format.TEXT) -> None:
    """List the packaged monographs with edition, uses and number of rules."""
    from apothecary.knowledge import packaged

    found = []
    for name in packaged():
        m = c.load_reviewer(name, as_json=format is c.Format.JSON).monograph
        found.append(
            {
                "id": m.drug.id,
                "brands": list(m.drug.brands),
                "revised": m.drug.edition.revised.isoformat(),
                "indications": list(m.indications),
                "rules": len(m.rules),
                "hash": m.hash,
            }
        )
    if format is c.Format.JSON:
        import msgspec

        c.write(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())
        return
    for item in found:
        c.write(
            f"{item['id']} ({', '.join(item['brands'])}): edition {item['revised']}, {item['rules']} rules\n"  # type: ignore[arg-type]  # a list of names
            f"  uses: {', '.join(item['indications'])}"  # type: ignore[arg-type]  # a list of ids
        )
