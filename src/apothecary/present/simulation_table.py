"""The concentrations over time as a table for other programs: CSV and Parquet."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from apothecary.kinetics.simulation import Simulation
    from apothecary.knowledge.schema import Monograph


def columns(found: Simulation) -> dict[str, Sequence[float]]:
    """Hours and concentrations by column name, the unit in the name; ValueError without a profile."""
    if found.bands is None:
        raise ValueError("The simulation was made without a profile; ask for one.")
    made: dict[str, Sequence[float]] = {"time_h": found.bands.times_h}
    if len(found.bands.levels) == 1:
        made["level_mg_L"] = found.bands.levels[0]
    else:
        for share, levels in zip(found.bands.quantiles, found.bands.levels, strict=True):
            made[f"p{share * 100:g}_mg_L"] = levels
    return made


def csv(found: Simulation) -> str:
    """One line a time; numbers are written so that they read back as the same ones."""
    made = columns(found)
    rows = (",".join(map(repr, map(float, row))) for row in zip(*made.values(), strict=True))
    return "\n".join([",".join(made), *rows]) + "\n"


def parquet(found: Simulation, monograph: Monograph) -> bytes:
    """The same table, with units in the fields, and drug, model, regimen and knowledge in the file's metadata."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    made, asked = columns(found), found.request
    fields = [
        pa.field(name, pa.float64(), metadata={"unit": "h" if name == "time_h" else "mg/L"}, nullable=False)
        for name in made
    ]
    about = {
        "drug": monograph.drug.id,
        "model": found.model.id,
        "population": found.model.population.text,
        "regimen": asked.regimen.text(),
        "patients": "typical" if asked.count is None else f"{asked.count}, seed {asked.seed}",
        "knowledge": f"{monograph.version} {monograph.hash}",
        "warnings": " ".join(found.warnings),
    }
    table = pa.table([pa.array(one, pa.float64()) for one in made.values()], schema=pa.schema(fields, metadata=about))
    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()
