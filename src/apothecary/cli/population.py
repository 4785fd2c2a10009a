"""`apothecary population`: the review of many patients, as tables and as a report for a committee."""

import os
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from apothecary.cli import common as c
from apothecary.cli.population_input import check_call, facts_of, progress, refusals

if TYPE_CHECKING:
    from apothecary.population.rules.engine import Engine
    from apothecary.population.run import Facts, Results, Step


@click.command("population")
@click.argument("source", metavar="INPUT")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="The folder of results.")
@c.drug_option
@c.knowledge_option
@c.terminology_option
@click.option("--as-of", multiple=True, help="Day of the review, else today; given several times: a trend.")
@click.option(
    "--months", type=click.IntRange(0, 120), default=0, help="Also as of the same day in so many months before."
)
@click.option("--engine", default="duckdb", show_default=True, help="duckdb, spark, or spark://…")
@click.option("--memory", default="4GB", show_default=True, help="Most memory of the embedded engine.")
@click.option("--workers", type=click.IntRange(1), help="Processes that read; else one for each processor.")
@click.option("--schema", help="The schema with the tables of an OMOP database.")
@click.option(
    "--suppress", type=click.IntRange(0), default=11, show_default=True,
    help="Counts of patients below this are hidden; 0 hides none.",
)  # fmt: skip
@click.option(
    "--first", "top", type=click.IntRange(0), default=50, show_default=True, help="Patients to look at first."
)
@click.option(
    "--everyone", is_flag=True, help="Findings of patients too who neither have the drug nor are to start it."
)
@click.option("--sql", type=click.Path(path_type=Path, dir_okay=False), help="Write the queries, as run, to this file.")
@c.plain_format_option
def command(
    source: str,
    out: Path,
    drug: str | None,
    knowledge: Path | None,
    terminology: Path | None,
    as_of: tuple[str, ...],
    months: int,
    engine: str,
    memory: str,
    workers: int | None,
    schema: str | None,
    suppress: int,
    top: int,
    everyone: bool,
    sql: Path | None,
    format: str,
) -> None:
    """Review many patients: who is outside the monograph, who lacks what, what a go-live would ask of clinicians.

    INPUT is a folder with a FHIR bulk export (NDJSON, also gzip) or with one bundle a patient, a folder of facts made
    before, an OMOP database (a DuckDB file, or an address such as postgresql://…). An interrupted run goes on where it
    was; files that have not changed are not read again.
    """
    as_json = format == "json"
    folder = c.folder_of(drug, knowledge, as_json)
    days = _days(as_of, months, as_json)
    with refusals(out, as_json):
        from apothecary.population.measures import load_measures
        from apothecary.population.run import review_days, together

        check_call(source, out, engine, memory, as_json)
        with c.knowledge_failures(as_json):
            m, ancestors = _knowledge(folder, drug, terminology, as_json)
            measures = load_measures(folder, m)
        session = _session(engine, as_json)
        with progress("Reading", "rows" if "://" in source else "bytes") as show:
            many = workers or os.cpu_count() or 1
            facts = facts_of(source, out, m, ancestors, many, session, schema, show)
        with progress("Reviewing", "queries") as show:

            def tell(at: "Step") -> None:
                done = days.index(at.day) * _QUERIES + at.done
                name = " ".join(at.name.replace("_", " ").split())
                show(done, max(len(days) * _QUERIES + _EVIDENCE, done), f"as of {at.day}: {name}")

            with together(out) as part:
                found = review_days(
                    facts, _engine(engine, session, part, memory), m, days, part,
                    measures=measures, below=suppress, everyone=everyone, top=top, progress=tell,
                )  # fmt: skip
                _pages(found, facts, m, measures, suppress, days[-1], part)
        if sql is not None:
            _save(sql, "".join(f"-- {name}\n{query};\n\n" for name, query in found.queries))
        summary = found.summary.to_pylist()
        if as_json:
            c.write(_document(summary, facts, m, days, suppress, out))
        else:
            c.write(_lines(summary, facts, days[-1], suppress, out))


_QUERIES, _EVIDENCE = 26, 18  # about so many a day, and for the evidence of the last one; for the bar
_FILES = ("report.html", "first.html", "findings.parquet", "patients.parquet", "summary.parquet", "first.parquet")
_KINDS = {"lines": "FHIR bulk export", "records": "FHIR, a file a patient", "omop": "OMOP CDM"}


def _days(said: tuple[str, ...], months: int, as_json: bool) -> list[date]:
    """The days of the review, earliest first."""
    from apothecary.units import Duration, add_duration

    days = {c.parse_day(one, as_json) for one in said or (None,)}
    last = max(days)
    return sorted(days | {add_duration(last, Duration(number, 0), -1) for number in range(1, months + 1)})


def _knowledge(folder: Path, drug: str | None, terminology: Path | None, as_json: bool) -> tuple[Any, Any]:
    from apothecary.knowledge import extend

    m = c.load_named(folder, drug, as_json)
    return (m, None) if terminology is None else extend(m, terminology)


def _session(engine: str, as_json: bool) -> Any:
    """A Spark session where one is asked for."""
    if engine == "duckdb":
        return None
    install = "Install: pip install 'apothecary[population,spark]', and Java 17."
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ModuleNotFoundError as error:
        raise c.Failure("not-installed", f"Spark is not installed. {install}", 2, as_json) from error
    builder = SparkSession.builder.appName("apothecary population").config("spark.ui.showConsoleProgress", "false")
    master = "local[*]" if engine == "spark" else engine
    if master.startswith("local"):  # the workers run in this Python; those of a cluster have one of their own
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        builder = builder.config("spark.ui.enabled", "false")
        builder = builder.config("spark.sql.shuffle.partitions", str(2 * (os.cpu_count() or 1)))
    try:
        session = builder.master(master).getOrCreate()
        session.sparkContext.setLogLevel("ERROR")
        return session
    except PySparkException as error:
        said = str(error).splitlines()[0]
        raise c.Failure("not-installed", f"Spark did not start: {said} {install}", 2, as_json) from error


def _engine(engine: str, session: Any, out: Path, memory: str) -> "Engine":
    from apothecary.population.rules.engine import DuckDB, Spark

    if session is not None:
        return Spark(session, out / ".work")
    return DuckDB(out / ".work", memory, os.cpu_count() or 1)


def _pages(found: "Results", facts: "Facts", m: Any, measures: Any, below: int, day: date, out: Path) -> None:
    """The report with counts, and the list that names patients, each a page of its own."""
    from apothecary.present.population_first import first_page
    from apothecary.present.population_report import report

    about = (("Read from", f"{facts.source} ({_KINDS[facts.kind]})"), *facts.notes)
    _save(out / "report.html", report(found.summary, m, measures=measures, about=about, below=below))
    _save(out / "first.html", first_page(found.first, m, day, about))


def _save(path: Path, text: str) -> None:
    from apothecary.population.findings import whole

    with whole(path) as part:
        part.write_text(text, encoding="utf-8")


def _document(summary: list[dict[str, Any]], facts: "Facts", m: Any, days: list[date], below: int, out: Path) -> str:
    """The counts and where the rest is, as JSON; no patient is named."""
    import msgspec

    from apothecary.review.edition import Edition

    used = Edition(m).knowledge(days[-1])
    said = {
        "contract": 1,
        "drug": m.drug.id,
        "knowledge": {name: getattr(used, name) for name in ("version", "revised", "hash", "expires", "expired")},
        "as_of": days[-1],
        "days": days,
        "input": {
            "kind": facts.kind, "source": facts.source, "facts": str(facts.folder), "lines": facts.lines.read,
            "rejected": facts.lines.rejected, "notes": [{"about": about, "says": text} for about, text in facts.notes],
        },
        "suppressed_below": below,
        "files": {name: str(out / name) for name in _FILES},
        "summary": summary,
    }  # fmt: skip
    return msgspec.json.format(msgspec.json.encode(said), indent=2).decode()


def _lines(summary: list[dict[str, Any]], facts: "Facts", day: date, below: int, out: Path) -> str:
    """The groups and their verdicts in a few lines, what was not read, and where the rest is."""
    from apothecary.present.population_counts import Counts

    counts = Counts([row for row in summary if row["as_of"] == day], below)

    def told(measure: str, group: str, item: str, status: str) -> str:
        return counts.text(counts.row(measure, group, item, status))

    lines = [f"As of {day}: {told('patients', 'all', 'read', '')} patients read."]
    if counts.row("patients", "all", "read", "")["count"] is None:
        lines = [f"As of {day}: fewer than {below} patients read, too few to be told. --suppress 0 tells all."]
    for group, words in (("on-therapy", "on therapy"), ("about-to-start", "about to start")):
        size = told("patients", "all", "read", group)
        names = ("stop", "cannot-tell", "caution", "go")
        verdicts = ", ".join(f"{name} {told('verdict', group, '', name)}" for name in names)
        if counts.size(group):
            lines.append(f"{size} {words}: {verdicts}.")
        elif len(lines) > 1 or size != "–":
            lines.append(f"{size} {words}{'.' if counts.size(group) == 0 else ', too few to be told.'}")
    lines += [f"{about}: {text}." for about, text in (*_rejected(facts), *facts.notes)]
    nobody = counts.unsupplied()
    if nobody:
        lines.append(f"Not supplied for anybody: {', '.join(nobody)}. What rests on it is unknown, never clear.")
    if "medication" in nobody:
        lines.append("Without medications nobody is known to be on therapy.")
    return "\n".join(
        [
            *lines,
            f"{out / 'report.html'}: the report, with counts only.",
            f"{out / 'first.html'}: the patients to look at first. It names patients.",
            f"{out}: findings, patients, summary and first as Parquet.",
            "Not clinically validated; see SAFETY.md.",
        ]
    )


def _rejected(facts: "Facts") -> list[tuple[str, str]]:
    """How many lines were set aside, and for what."""
    reasons = facts.lines.rejected
    if not reasons:
        return []
    listed = "; ".join(f"{reason} {number:,}" for reason, number in reasons.items())
    where = f" ({facts.folder / 'rejects.ndjson'} has each)" if facts.kind != "omop" else ""
    return [(f"Set aside of {facts.lines.read:,} lines{where}", listed)]
