"""`apothecary monographs`: which monographs there are."""

import click

from apothecary.cli import common as c


@click.command("monographs")
@c.plain_format_option
def command(format: str) -> None:
    """List the packaged monographs with edition, uses and number of rules."""
    from apothecary.knowledge import packaged

    found = []
    for name in packaged():
        m = c.load_reviewer(name, as_json=format == "json").monograph
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
    if format == "json":
        import msgspec

        c.write(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())
        return
    for item in found:
        c.write(
            f"{item['id']} ({', '.join(item['brands'])}): edition {item['revised']}, {item['rules']} rules\n"  # type: ignore[arg-type]  # a list of names
            f"  uses: {', '.join(item['indications'])}"  # type: ignore[arg-type]  # a list of ids
        )
