"""A synthetic cohort read back: one patient's lines as a bundle, reviewed, held against what is known."""

from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from apothecary.knowledge import PACKAGED, Monograph, load
from apothecary.population.cohort import Known, Plan, patient, plan, read_mix
from apothecary.population.cohort.lines import medication
from apothecary.population.cohort.orders import medication_id
from apothecary.record import Record, RecordError, read_record
from apothecary.review import Reviewer
from support import MADE_UP

AS_OF = date(2026, 11, 22)
FOLDERS = {"anakinra": PACKAGED / "anakinra", "zorvimab": MADE_UP}
QUIET = dict.fromkeys(("malformed", "cut_off", "opaque", "duplicate", "entered_in_error", "dead"), 0.0)


@cache
def monograph(folder: Path) -> Monograph:
    return load(folder)


@cache
def reviewer(folder: Path) -> Reviewer:
    return Reviewer(monograph(folder))


@cache
def planned(name: str, seed: int = 1, clutter: float = 1.0) -> Plan:
    folder = FOLDERS[name]
    return plan(monograph(folder), read_mix(folder, monograph(folder)), seed, AS_OF, clutter)


def with_noise(made: Plan, **noise: float) -> Plan:
    """The plan with other shares of noise."""
    mix = msgspec.structs.replace(made.mix, noise=msgspec.structs.replace(made.mix.noise, **noise))
    return msgspec.structs.replace(made, mix=mix)


def readable(line: str) -> bool:
    """Whether a line is JSON; a line that was cut off is not."""
    try:
        msgspec.json.decode(line)
    except msgspec.DecodeError:
        return False
    return True


def record(made: Plan, lines: dict[str, list[str]]) -> Record:
    """One patient's lines, with the Medications that orders refer to, as a reader of single records gets them."""
    listed = [line for own in lines.values() for line in own if readable(line)]
    listed += [medication(medication_id(n), entry.json, "2026-01-01") for n, entry in enumerate(made.orders)]
    entries = ",".join(f'{{"resource":{line}}}' for line in listed)
    return read_record(f'{{"resourceType":"Bundle","type":"collection","entry":[{entries}]}}'.encode())


def disagreements(name: str, made: Plan, known: Known, lines: dict[str, list[str]]) -> list[Any]:
    """What the reviewer says otherwise than what is known: (rule or subject, known, said)."""
    try:
        review = reviewer(FOLDERS[name]).review(record(made, lines), AS_OF)
    except RecordError as error:
        return [] if known.dead and error.code == "dead" else [("record", known.id, error.code)]
    said = {finding.id: finding.status.name.lower() for finding in review.findings}
    found = [(rule, status, said.get(rule)) for rule, status in known.says.items() if said.get(rule) != status]
    if known.dead:
        found.append(("dead", "True", "reviewed"))
    return found + ([] if review.phase == known.phase else [("phase", known.phase, review.phase)])


def cohort(made: Plan, count: int) -> list[tuple[dict[str, list[str]], Known]]:
    return [patient(made, number) for number in range(count)]


def claims(known: list[Known]) -> Counter[tuple[str, str]]:
    """How often each rule is known to be what."""
    return Counter(claim for one in known for claim in one.says.items())
