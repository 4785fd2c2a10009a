"""Runs over files: in processes, again after a change, after a cut, and what stops them."""

import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

import pytest
from bulk_exports import TABLES, die, facts_in, lines_of, literal, write
from rows import World, problem
from strategies import DRUGS

from apothecary.population.facts import patients, pool, record, seen, tasks
from apothecary.population.facts import work as working
from apothecary.population.facts.asked import asked
from apothecary.population.facts.failure import FactsError
from apothecary.population.facts.make import Made, Progress, make_facts
from apothecary.population.facts.record import patient_key
from apothecary.population.facts.tables import Maker
from apothecary.population.facts.work import Worker
from apothecary.record import read_record
from support import made_up

MADE_UP = made_up()
SMALL = 4000  # bytes of a task, so that there are many


@pytest.fixture(autouse=True)
def small_tasks() -> Iterator[None]:
    with patch.object(tasks, "SIZE", SMALL):
        yield


@pytest.fixture
def source(tmp_path: Path) -> Path:
    lines = {f"{name}.ndjson": lines_of(Random(seed), DRUGS[0], 6, 12, 0.1) for seed, name in enumerate("abc")}
    apart = [line for listed in lines.values() for line in listed if b'"Medication"' in line]
    rest = {name: [line for line in listed if line not in apart] for name, listed in lines.items()}
    return write(tmp_path / "in", {**rest, "medications.ndjson": [line for line in apart if b"contained" not in line]})


def made(source: Path, **how: Any) -> Made:
    return make_facts(source, source.parent / "out", MADE_UP, **how)


def out(source: Path) -> Path:
    return source.parent / "out"


def test_processes_give_the_same_and_say_how_far_they_are(source: Path) -> None:
    said: list[Progress] = []
    done = made(source, workers=2, progress=said.append)
    assert literal(source, MADE_UP) == facts_in(out(source))
    assert done.read == len(said) > 5
    assert said[-1].done == said[-1].all
    assert (done.manifest.lines, done.manifest.rejects) == (said[-1].lines, said[-1].rejects)
    assert sum(path.read_bytes().count(b"\n") for path in source.iterdir()) == done.manifest.lines
    assert len((out(source) / "rejects.ndjson").read_bytes().splitlines()) == done.manifest.rejects > 0


def test_what_was_read_is_not_read_again(source: Path) -> None:
    first = made(source)
    before = {path: path.stat().st_mtime_ns for path in out(source).rglob("*") if path.is_file()}
    again = made(source)
    assert (0, first.read) == (again.read, again.kept)
    assert first.manifest == again.manifest
    assert before == {path: path.stat().st_mtime_ns for path in out(source).rglob("*") if path.is_file()}


def changed(source: Path) -> None:
    write(source, {"b.ndjson": lines_of(Random(9), DRUGS[0], 3, 9, 0.1)})


def gone(source: Path) -> None:
    (source / "b.ndjson").unlink()


def added(source: Path) -> None:
    write(source, {"d.ndjson": lines_of(Random(9), DRUGS[0], 3, 9, 0.1)})


@pytest.mark.parametrize("change", [changed, gone, added])
def test_only_what_changed_is_read_again(change: Any, source: Path) -> None:
    first = made(source)
    change(source)
    again = made(source)
    assert literal(source, MADE_UP) == facts_in(out(source))
    assert again.kept > 0
    assert again.read < first.read


def test_another_monograph_reads_all_again(source: Path) -> None:
    first = made(source)
    other = make_facts(source, out(source), MADE_UP, ancestors={("http://snomed.info/sct", "1"): frozenset({"2"})})
    assert first.manifest.fingerprint != other.manifest.fingerprint
    assert literal(source, MADE_UP) == facts_in(out(source))


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(28, "No space left on device"), MemoryError()])
def test_a_run_that_is_cut_off_leaves_no_seal_and_goes_on(error: BaseException, source: Path) -> None:
    write_entry, left = working.write_entry, iter(range(3))

    def fail(*arguments: Any) -> None:
        if next(left, None) is None:
            raise error
        write_entry(*arguments)

    with (
        patch.object(working, "write_entry", fail),
        pytest.raises((FactsError, KeyboardInterrupt, MemoryError)) as raised,
    ):
        made(source)
    if isinstance(error, OSError):
        assert isinstance(raised.value, FactsError)
        assert "No space left on device" in str(raised.value)
        assert "what is finished is kept" in str(raised.value)
    assert not (out(source) / "facts.json").exists()
    again = made(source)
    assert 3 == again.kept
    assert literal(source, MADE_UP) == facts_in(out(source))


def test_a_worker_that_is_killed_is_named_and_the_run_goes_on(source: Path) -> None:
    with patch.object(pool, "_do", die), pytest.raises(FactsError, match=r"killed.*Start again"):
        made(source, workers=2)
    assert not (out(source) / "facts.json").exists()
    made(source, workers=2)
    assert literal(source, MADE_UP) == facts_in(out(source))


def test_a_damaged_file_stops_the_seal_only_after_the_others_were_read(source: Path) -> None:
    packed = gzip.compress(patient("z") * 100)
    (source / "z.ndjson.gz").write_bytes(packed[: len(packed) // 2])
    with pytest.raises(FactsError, match=r"z\.ndjson\.gz is damaged or cut off"):
        made(source)
    assert not (out(source) / "facts.json").exists()
    (source / "z.ndjson.gz").write_bytes(gzip.compress(patient("z")))
    assert 1 == made(source).read
    assert "z" in {row[1] for row in facts_in(out(source))["patient"]}


def test_patients_are_joined_in_parts(source: Path) -> None:
    with patch.object(patients, "_AT_ONCE", 3):
        made(source)
    assert len(list((out(source) / "patient").iterdir())) > 1
    assert literal(source, MADE_UP) == facts_in(out(source))


def test_two_patients_with_one_key_are_refused(source: Path) -> None:
    with patch.object(seen, "patient_key", lambda export, id_: 1), pytest.raises(FactsError, match="have the same key"):
        made(source)
    one, two = (write(source.parent / "two" / name, {"x.ndjson": [patient(name)]}) for name in "pq")
    with patch.object(seen, "patient_key", lambda export, id_: 1), pytest.raises(FactsError, match="have the same key"):
        made(one.parent)
    assert two.exists()


def patient(id_: str) -> bytes:
    return json.dumps({"resourceType": "Patient", "id": id_}).encode()


# --- single records --------------------------------------------------------------------------------------------------


def bundle(number: int) -> bytes:
    world, rng = World(DRUGS[0], frozenset(), False), Random(number)
    entries = [{"resource": {"resourceType": "Patient", "id": "p1"}}]
    entries += [{"resource": {**problem(rng, world), "id": str(n)}} for n in range(5)]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()


def test_a_folder_of_records_is_one_patient_a_file(tmp_path: Path) -> None:
    records = {f"{n % 3}/{n}.json": bundle(n) for n in range(12)}
    maker = Maker(MADE_UP, asked(MADE_UP))
    for path, data in records.items():
        (tmp_path / "in" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / path).write_bytes(data)
        maker.add_record(patient_key(path, "p1"), read_record(data), path)
    (tmp_path / "in" / "packed.json.gz").write_bytes(gzip.compress(bundle(20)))
    maker.add_record(patient_key("packed.json.gz", "p1"), read_record(bundle(20)), "packed.json.gz")
    (tmp_path / "in" / "bad.json").write_bytes(b"{")
    (tmp_path / "in" / "short.json").write_bytes(b'{"age": 40}')
    (tmp_path / "in" / "notes.txt").write_bytes(b"x")
    done = made(tmp_path / "in", workers=2)
    for table in TABLES:
        mine = {tuple(row.values()) for row in maker.tables()[table].to_pylist()}
        found = {tuple(row) for row in facts_rows(tmp_path / "out", table)}
        assert mine == found
    rejects = [json.loads(line) for line in (tmp_path / "out" / "rejects.ndjson").read_bytes().splitlines()]
    assert ["bad.json", "short.json"] == sorted(one["file"] for one in rejects)
    assert (13, 2, ("notes.txt",)) == (done.manifest.patients, done.manifest.rejects, done.manifest.ignored)


def facts_rows(folder: Path, table: str) -> list[tuple[Any, ...]]:
    import pyarrow.dataset as ds

    return [tuple(row.values()) for row in ds.dataset(folder / table).to_table().to_pylist()]


# --- what there is to read -------------------------------------------------------------------------------------------


def test_an_export_and_records_together_are_refused(source: Path) -> None:
    (source / "one.json").write_bytes(bundle(1))
    with pytest.raises(FactsError, match=r"holds an export .* and single records .*Move one of them"):
        made(source)


@pytest.mark.parametrize("name", ["nothing", "notes.txt"])
def test_a_source_without_anything_to_read_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / name).write_bytes(b"x")
    with pytest.raises(FactsError, match=r"holds nothing that can be read\. Expected is a FHIR bulk export"):
        made(tmp_path / "in")
    with pytest.raises(FactsError, match="does not exist"):
        make_facts(tmp_path / "elsewhere", tmp_path / "out", MADE_UP)


def test_a_file_that_changes_while_it_is_read_is_not_kept(source: Path) -> None:
    run = Worker._of_lines

    def meanwhile(worker: Worker, task: Any, parts: Any) -> Any:
        entry = run(worker, task, parts)
        if task.files[0].path == "b.ndjson":
            os.utime(source / "b.ndjson", ns=(1, 1))
        return entry

    with patch.object(Worker, "_of_lines", meanwhile), pytest.raises(FactsError, match="changed while it was read"):
        made(source)
    made(source)
    assert literal(source, MADE_UP) == facts_in(out(source))
    assert record.patient_key("", "p0") == patient_key("", "p0")
