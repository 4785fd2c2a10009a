"""`apothecary simulate`: concentrations and exposure under a regimen, for one patient or many virtual ones."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from apothecary.cli import common as c
from apothecary.cli.simulate_input import EXAMPLES, Reader, checked_plot, format_of

if TYPE_CHECKING:
    from apothecary.kinetics.simulation import Simulation
    from apothecary.knowledge import Monograph
    from apothecary.knowledge.kinetics import Route

FORMATS = (*c.FORMATS, "csv")
_DATA = ("json", "csv", "parquet")  # formats that hold the profile itself
_FINEST = 12  # points an hour of a plot
_MANY = 5000  # virtual patients that take longer than a blink
_POINTS = 800  # about so many make a smooth curve
# What to install for what is asked; the rest works without
_EXTRAS = {
    "numpy": ("Virtual patients need", "numpy array-api-compat"),
    "array_api_compat": ("Virtual patients need", "numpy array-api-compat"),
    "altair": ("A plot needs", "altair vl-convert-python"),
    "vl_convert": ("A plot needs", "altair vl-convert-python"),
    "pyarrow": ("A Parquet file needs", "pyarrow"),
}


@click.command("simulate")
@click.option("--dose", required=True, help=f"Each dose: {EXAMPLES['--dose']}.")
@click.option("--every", required=True, help=f"Time between doses: {EXAMPLES['--every']}.")
@click.option("--for", "length", required=True, help=f"Length of the course: {EXAMPLES['--for']}.")
@click.option("--weight", help=f"Body weight: {EXAMPLES['--weight']}.")
@click.option("--age", help=f"Age: {EXAMPLES['--age']}.")
@click.option("--crcl", help=f"Creatinine clearance: {EXAMPLES['--crcl']}.")
@click.option("--dialysis", is_flag=True, help="The patient is on dialysis.")
@click.option("--route", default="subcutaneous", show_default=True, help="subcutaneous or intravenous.")
@click.option("--model", help="Which kinetic model; else the first that fits the patient.")
@click.option("--n", "count", type=int, help="Number of virtual patients; else the typical patient.")
@click.option("--seed", type=int, default=1, show_default=True, help="Seed of the virtual patients.")
@click.option("--missed", multiple=True, help=f"Doses left out: {EXAMPLES['--missed']}.")
@click.option("--late", multiple=True, help=f"Doses given late: {EXAMPLES['--late']}.")
@click.option("--target", help="Average concentration to reach, such as 0.4mg/L; else the monograph's.")
@click.option("--above", help="Count the hours above this concentration; else above the target.")
@click.option("--agonist", help=f"Concentration of what the drug competes with: {EXAMPLES['--agonist']}.")
@click.option("--versus", multiple=True, help=f"Another regimen to compare, repeatable: {EXAMPLES['--versus']}.")
@click.option("--step", help=f"Grid of the profile: {EXAMPLES['--step']}; else 1h, and finer for a plot by itself.")
@click.option("--format", type=click.Choice(FORMATS), help="How to print the result; else by --out, else text.")
@click.option("--out", type=click.Path(path_type=Path), help="Write to this file instead; .parquet writes Parquet.")
@click.option("--plot", type=click.Path(path_type=Path), help="Draw the concentrations: .svg, .png or .html.")
@c.drug_option
@c.as_of_option
@c.knowledge_option
def command(
    dose: str,
    every: str,
    length: str,
    weight: str | None,
    age: str | None,
    crcl: str | None,
    dialysis: bool,
    route: str,
    model: str | None,
    count: int | None,
    seed: int,
    missed: tuple[str, ...],
    late: tuple[str, ...],
    target: str | None,
    above: str | None,
    agonist: str | None,
    versus: tuple[str, ...],
    step: str | None,
    format: str | None,
    out: Path | None,
    plot: Path | None,
    drug: str | None,
    as_of: str | None,
    knowledge: Path | None,
) -> None:
    """Simulate the concentrations under a regimen: exposure, comparison with others, what they rest on.

    Nothing is assumed for what is not given; no contraindication and no dose is checked, `apothecary review` does that.
    """
    import msgspec

    from apothecary.kinetics.asked import Regimen, Request
    from apothecary.kinetics.simulation import simulate

    as_json = format == "json"
    kind = format_of(format, out, as_json)
    checked_plot(plot, as_json)
    m = c.load_named(c.folder_of(drug, knowledge, as_json), drug, as_json)
    read, said = Reader(m, as_json), _edition(m, as_of, as_json)
    with refusals(as_json):
        length_h = read.quantity("--for", length, "h")
        request = Request(
            Regimen(read.amount("--dose", dose), read.quantity("--every", every, "h")),
            length_h,
            age=read.covariate("--age", age, count is not None),
            weight=read.covariate("--weight", weight, count is not None),
            creatinine_clearance=read.covariate("--crcl", crcl, count is not None),
            on_dialysis=dialysis,
            route=_route(route, as_json),
            model=model,
            count=count,
            seed=seed,
            missed=read.missed(missed),
            late=read.late(late),
            target=read.level("--target", target),
            above=read.level("--above", above),
            agonist=None if agonist is None else read.quantity("--agonist", agonist, "pmol/L"),
            versus=read.regimens(versus),
            step_h=_step(length_h, kind) if step is None else read.quantity("--step", step, "h"),
            profile="all" if plot is not None or kind == "html" else "regimen" if kind in _DATA else "none",
        )
        with c.working(f"Simulating {count} virtual patients") if count and count >= _MANY else nullcontext():
            found = simulate(m, request)
        found = msgspec.structs.replace(found, warnings=(*said, *found.warnings))
        _show(found, m, kind, out, plot, as_json)


def _edition(m: "Monograph", as_of: str | None, as_json: bool) -> tuple[str, ...]:
    """What is to be said of using this edition on that day; Failure with exit code 4 where the site refuses it."""
    from apothecary.review.edition import Edition

    with c.failures(as_json):
        return tuple(problem.message for problem in Edition(m).problems(c.parse_day(as_of, as_json)))


@contextmanager
def refusals(as_json: bool) -> Iterator[None]:
    """Turns what the simulator refuses, and a library that is not installed, into a Failure with exit code 2."""
    from apothecary.kinetics.errors import KineticsError

    try:
        yield
    except KineticsError as error:
        raise c.Failure(error.code, error.message, 2, as_json) from error
    except ModuleNotFoundError as error:
        what, packages = _EXTRAS.get((error.name or "").partition(".")[0], ("", ""))
        if not what:
            raise
        message = f"{what} {error.name}, which is not installed. Install it with: pip install {packages}"
        raise c.Failure("not-installed", message, 2, as_json) from error


def _route(text: str, as_json: bool) -> "Route":
    if text == "subcutaneous":
        return "subcutaneous"
    if text == "intravenous":
        return "intravenous"
    message = f"--route is {text!r}; subcutaneous and intravenous doses can be simulated."
    raise c.Failure("route", message, 2, as_json)


def _step(length_h: float, kind: str) -> float:
    """An hour where the profile is handed on as numbers; a part of an hour where it is only drawn."""
    return 1.0 if kind in _DATA else 1.0 / max(1, min(_FINEST, int(_POINTS / length_h)))


def _show(found: "Simulation", m: "Monograph", kind: str, out: Path | None, plot: Path | None, as_json: bool) -> None:
    """Writes the plot, then prints the result or writes it to its file."""
    from apothecary.present import simulation_page, simulation_table

    if plot is not None:
        from apothecary.present import plot as drawn

        _save(plot, drawn.render(found, m, plot.suffix.lower()), as_json)
    if kind == "parquet" and out is not None:
        _save(out, simulation_table.parquet(found, m), as_json)
        return
    text = simulation_table.csv(found) if kind == "csv" else simulation_page.render(found, m, kind, **c.terminal())
    if out is None:
        c.write(text)
    else:
        _save(out, text.encode(), as_json)


def _save(path: Path, content: bytes, as_json: bool) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        reason = error.strerror or "it cannot be opened"
        raise c.Failure("unwritable", f"{path} cannot be written: {reason}. Give another path.", 2, as_json) from error
