"""The files of a cohort: the same bytes for a seed, whatever the workers; whole or not there at all."""

import gzip
import multiprocessing
from pathlib import Path

import msgspec
import pyarrow.parquet as pq
import pytest
from tests.population.cohort_reading import cohort, planned, readable

from apothecary.population.cohort import CohortError, Progress, patient, write_cohort
from apothecary.population.cohort.chart import TYPES

COUNT = 60


def files(folder: Path) -> dict[str, bytes]:
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert found
    return found


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("cohort") / "made"
    write_cohort(planned("zorvimab"), COUNT, out, shard=25)
    return out


def test_every_type_has_its_shards(written: Path) -> None:
    sharded = {f"export/{kind}.{n:03d}.ndjson" for kind in TYPES for n in range(3) if kind != "Medication"}
    assert {*sharded, "export/Medication.000.ndjson", "truth.parquet"} == set(files(written))


def test_the_number_of_workers_changes_no_byte(written: Path, tmp_path: Path) -> None:
    write_cohort(planned("zorvimab"), COUNT, tmp_path / "two", shard=25, workers=2)
    assert files(written) == files(tmp_path / "two")


def test_another_seed_makes_other_patients() -> None:
    one, other = (cohort(planned("zorvimab", seed), 10) for seed in (1, 2))
    assert all(a[0] != b[0] for a, b in zip(one, other, strict=True))


def test_a_patient_is_the_same_in_a_cohort_of_any_size() -> None:
    assert cohort(planned("zorvimab"), 8)[7] == patient(planned("zorvimab"), 7)


def test_the_lines_are_those_of_the_patients(written: Path) -> None:
    made = cohort(planned("zorvimab"), COUNT)
    for kind in set(TYPES) - {"Medication"}:
        text = "".join(path.read_text() for path in sorted((written / "export").glob(f"{kind}.*")))
        assert "".join(line for lines, _ in made for line in lines.get(kind, [])) == text


def test_the_truth_is_that_of_the_patients(written: Path) -> None:
    rows = pq.read_table(written / "truth.parquet").to_pylist()
    for (_, known), row in zip(cohort(planned("zorvimab"), COUNT), rows, strict=True):
        says = {one["rule"]: one["status"] for one in row.pop("says")}
        assert {**msgspec.structs.asdict(known), "planted": list(known.planted), "says": says} == {**row, "says": says}
        assert known.says == says


def test_orders_refer_to_medications_that_are_there(written: Path) -> None:
    orders = "".join(path.read_text() for path in (written / "export").glob("MedicationRequest.*"))
    there = {
        f"Medication/{msgspec.json.decode(line)['id']}"
        for line in (written / "export/Medication.000.ndjson").read_text().splitlines()
    }
    named = [msgspec.json.decode(line) for line in orders.splitlines() if readable(line)]
    used = {order["medicationReference"]["reference"] for order in named if "medicationReference" in order}
    assert used
    assert used <= there


def test_compressed_files_hold_the_same(written: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_cohort(planned("zorvimab"), COUNT, tmp_path / name, shard=25, compress=True)
    assert files(tmp_path / "one") == files(tmp_path / "two")
    plain = {name: data for name, data in files(written).items() if name.startswith("export/")}
    packed = {name: data for name, data in files(tmp_path / "one").items() if name.startswith("export/")}
    assert plain == {name.removesuffix(".gz"): gzip.decompress(data) for name, data in packed.items()}


def test_a_patient_has_the_size_of_a_real_one() -> None:
    sizes = [sum(len(line) for own in lines.values() for line in own) for lines, _ in cohort(planned("anakinra"), 300)]
    assert 15_000 < sum(sizes) / len(sizes) < 25_000


def test_clutter_makes_more_of_what_nobody_asks_about() -> None:
    kinds = {0.0: 0, 1.0: 0, 3.0: 0}
    for clutter in kinds:
        made = cohort(planned("zorvimab", 1, clutter), 50)
        kinds[clutter] = sum(len(lines.get("Encounter", [])) for lines, _ in made)
    assert 0 == kinds[0.0] < kinds[1.0] < 2 * kinds[1.0] < kinds[3.0]


def test_progress_is_told_up_to_the_end(tmp_path: Path) -> None:
    told: list[Progress] = []
    done = write_cohort(planned("zorvimab"), COUNT, tmp_path / "made", shard=25, progress=told.append)
    assert [25, 50, 60] == [one.patients for one in told]
    written = sum(
        path.stat().st_size for path in (tmp_path / "made/export").iterdir() if "Medication." not in path.name
    )
    assert (done, written) == (told[-1], done.bytes)


# --- refusals, and what is left behind ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "asked"),
    [
        ("count", {"patients": 0}),
        ("count", {"workers": 0}),
        ("count", {"shard": 0}),
        ("clutter", {"clutter": -1.0}),
        ("clutter", {"clutter": float("nan")}),
        ("clutter", {"clutter": 1000.0}),
    ],
)
def test_what_makes_no_cohort_is_refused(tmp_path: Path, code: str, asked: dict[str, float]) -> None:
    given = {"patients": 5, "workers": 1, "shard": 5, "clutter": 1.0, **asked}
    made = planned("zorvimab", 1, given.pop("clutter"))
    with pytest.raises(CohortError) as caught:
        write_cohort(
            made, int(given["patients"]), tmp_path / "x", workers=int(given["workers"]), shard=int(given["shard"])
        )
    assert (code, []) == (caught.value.code, list(tmp_path.iterdir()))


def test_a_folder_in_use_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("mine")
    with pytest.raises(CohortError, match="is not an empty folder") as caught:
        write_cohort(planned("zorvimab"), 5, tmp_path)
    assert ("not-empty", {"kept": b"mine"}) == (caught.value.code, files(tmp_path))


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    write_cohort(planned("zorvimab"), 5, tmp_path / "made")
    assert "truth.parquet" in files(tmp_path / "made")


def test_the_working_folder_is_filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    write_cohort(planned("zorvimab"), 5, Path())
    assert "truth.parquet" in files(tmp_path / "here")
    assert ["here"] == [path.name for path in tmp_path.iterdir()]


def test_the_unfinished_folder_of_another_run_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / ".made.part").mkdir()
    (tmp_path / ".made.part/x").write_text("theirs")
    with pytest.raises(CohortError, match="another run writes it") as caught:
        write_cohort(planned("zorvimab"), 5, tmp_path / "made")
    assert ("in-use", {".made.part/x": b"theirs"}) == (caught.value.code, files(tmp_path))


def test_a_path_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CohortError, match="cannot be written") as caught:
        write_cohort(planned("zorvimab"), 5, tmp_path / "file" / "made")
    assert "unwritable" == caught.value.code


@pytest.mark.parametrize("workers", [1, 2])
def test_an_interrupted_run_leaves_nothing(tmp_path: Path, workers: int) -> None:
    def stop(at: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_cohort(planned("zorvimab"), 2000, tmp_path / "made", shard=500, workers=workers, progress=stop)
    assert [] == list(tmp_path.iterdir())


def test_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("apothecary.population.cohort.write._medications", full)
    with pytest.raises(CohortError, match="No space left on device"):
        write_cohort(planned("zorvimab"), 5, tmp_path / "made")
    assert [] == list(tmp_path.iterdir())


def test_a_killed_worker_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    def kill(at: Progress) -> None:
        for child in multiprocessing.active_children():
            child.kill()

    with pytest.raises(CohortError, match="A worker was killed") as caught:
        write_cohort(planned("zorvimab"), 40_000, tmp_path / "made", workers=2, progress=kill)
    assert ("worker-killed", []) == (caught.value.code, list(tmp_path.iterdir()))
