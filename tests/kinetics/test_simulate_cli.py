"""`apothecary simulate` as a person runs it: what every option does, and every format."""

import shutil
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from tests.kinetics.simulations import ADULT, CONTRACT, MADE, MANY, found, refused, run, text

from support import MADE_UP


def steady(made: dict[str, Any]) -> dict[str, Any]:
    window: dict[str, Any] = made["measures"]["steady_state"]
    return window


def test_the_line_of_the_contract() -> None:
    made = found(*CONTRACT)
    assert (1, "anakinra", "children-autoinflammatory") == (made["contract"], made["drug"], made["model"]["id"])
    assert 100 / 6.24 / 24 == pytest.approx(steady(made)["average_mg_L"])


def test_the_keys_of_the_json() -> None:
    keys = [
        "contract", "drug", "knowledge", "warnings", "model", "patient", "virtual_patients", "regimen", "measures",
        "targets", "comparison", "mechanism", "assumed", "notes", "profile", "sources",
    ]  # fmt: skip
    assert keys == list(found(*CONTRACT))


def test_an_age_that_was_not_given_is_said_before_anything_else() -> None:
    lines = run(*CONTRACT).stdout.splitlines()
    assert lines[1].startswith("WARNING:  The age is not known")


def test_a_patient_inside_the_domain_has_no_warning() -> None:
    assert [] == found(*ADULT)["warnings"]


def test_the_model_that_was_not_used_is_named_with_the_reason() -> None:
    assert "Adults, by renal function: needs the creatinine clearance" in found(*CONTRACT)["model"]["why"]


def test_renal_function_lowers_the_clearance() -> None:
    healthy, poor = (found(*CONTRACT, "--age", "60a", "--crcl", crcl) for crcl in ("90mL/min", "20mL/min"))
    assert steady(poor)["average_mg_L"] > 2 * steady(healthy)["average_mg_L"]


def test_dialysis_has_the_clearance_of_its_group() -> None:
    made = found(*CONTRACT, "--age", "60a", "--dialysis")
    assert 42.7 * 0.06 == pytest.approx(made["patient"]["parameters"]["clearance"]["value"])


def test_a_model_can_be_named() -> None:
    assert "kidneys" == found(*MADE, "--model", "kidneys")["model"]["id"]


def test_a_dose_by_weight() -> None:
    assert 140 == found("--dose", "2mg/kg", *ADULT[2:])["regimen"]["dose_mg"]


def test_an_intravenous_dose_is_highest_at_once() -> None:
    made = found(*MADE, "--route", "intravenous")
    assert (0, "intravenous") == (steady(made)["time_of_maximum_h"], made["regimen"]["route"])


@pytest.mark.parametrize(
    ("arguments", "average", "ratio"), [(("--versus", "100mg@48h"), 0.5, 0.5), (("--versus", "50mg@12h"), 1.0, 1.0)]
)
def test_versus(arguments: tuple[str, ...], average: float, ratio: float) -> None:
    first, other = found(*ADULT, *arguments)["comparison"]
    assert average == pytest.approx(other["average_mg_L"] / first["average_mg_L"])
    assert ratio == pytest.approx(other["ratio_to_first"])


def test_a_ladder_of_doses_by_weight_is_proportional() -> None:
    doses = [part for dose in range(1, 9) for part in ("--versus", f"{dose}mg/kg@24h")]
    rows = found("--dose", "1mg/kg", *ADULT[2:], *doses)["comparison"][1:]
    assert list(range(1, 9)) == pytest.approx([row["ratio_to_first"] for row in rows])


def test_missed_doses_lower_the_exposure_only_after_the_first_of_them() -> None:
    whole, missed = (found(*ADULT, *more) for more in ((), ("--missed", "3,4")))
    before = whole["profile"]["time_h"].index(48.0)
    profiles = [one["profile"]["level_mg_L"] for one in (whole, missed)]
    assert profiles[0][: before + 1] == profiles[1][: before + 1]
    assert profiles[1][before + 3] < profiles[0][before + 3]
    assert missed["measures"]["course"]["average_mg_L"] < whole["measures"]["course"]["average_mg_L"]


def test_a_late_dose_comes_later_and_is_marked() -> None:
    made = found(*ADULT, "--late", "5:6h")
    fifth = {"number": 5, "planned_h": 96.0, "given_h": 102.0, "status": "late"}
    assert fifth == made["regimen"]["doses"][4]
    level = dict(zip(made["profile"]["time_h"], made["profile"]["level_mg_L"], strict=True))
    assert level[102.0] < level[96.0] < level[104.0]


@pytest.mark.parametrize("late", [("--late", "2:3h,5:6h"), ("--late", "2:3h", "--late", "5:6h")])
def test_several_late_doses(late: tuple[str, ...]) -> None:
    doses = found(*ADULT, *late)["regimen"]["doses"]
    assert [2, 5] == [dose["number"] for dose in doses if dose["status"] == "late"]


def test_no_accumulation_is_given_where_doses_were_missed() -> None:
    assert found(*ADULT, "--missed", "3")["measures"]["accumulation"] is None


def test_the_target_is_the_monographs() -> None:
    (target,) = found(*ADULT)["targets"]
    assert ("average-for-crp", 0.4, False) == (target["id"], target["level_mg_L"], target["same_population_as_model"])


def test_a_target_given_on_the_command_line_has_no_source() -> None:
    (target,) = found(*ADULT, "--target", "800ng/mL")["targets"]
    assert (0.8, None, []) == (pytest.approx(target["level_mg_L"]), target["population"], target["places"])


def test_the_time_above_is_that_of_the_level_asked_for() -> None:
    target, higher = (found(*ADULT, *more)["measures"] for more in ((), ("--above", "1mg/L")))
    assert (0.4, 1.0) == (target["above_mg_L"], higher["above_mg_L"])
    assert higher["steady_state"]["time_above_h"] < target["steady_state"]["time_above_h"]


def test_an_agonist_gives_the_fold_excess() -> None:
    mechanism = found(*ADULT, "--agonist", "5pmol/L")["mechanism"]
    assert mechanism["level_pmol_L"]["average"] / 5 == pytest.approx(mechanism["fold_excess"]["average"])


def test_virtual_patients_have_percentiles_and_a_share() -> None:
    made = found(*ADULT, *MANY)
    average = steady(made)["average_mg_L"]
    assert average["p5"] < average["p50"] < average["p95"]
    assert 0 < made["targets"][0]["attained"]["share"] <= 1


def test_the_seed_repeats_a_run_and_another_changes_it() -> None:
    first, again, other = (found(*ADULT, *MANY, *seed) for seed in ((), ("--seed", "1"), ("--seed", "2")))
    assert first == again
    assert {"n": 200, "seed": 1} == first["virtual_patients"]
    assert first["measures"] != other["measures"]


@pytest.mark.parametrize(
    ("option", "range_", "key", "ends"),
    [
        ("--weight", "60..90kg", "weight_kg", (60, 90)),
        ("--weight", "60000g..90kg", "weight_kg", (60, 90)),
        ("--crcl", "15..30mL/min", "creatinine_clearance_mL_min", (15, 30)),
        ("--age", "20..60a", "age_a", (20, 60)),
    ],
)
def test_ranges(option: str, range_: str, key: str, ends: tuple[float, float]) -> None:
    made = found(*ADULT, option, range_, *MANY)
    assert {"low": ends[0], "high": ends[1]} == pytest.approx(made["patient"][key])


def test_a_spread_of_weights_spreads_a_dose_by_weight() -> None:
    dose = found("--dose", "1mg/kg", *ADULT[2:], "--weight", "60..90kg", *MANY)["regimen"]["dose_mg"]
    assert 60 < dose["p5"] < 65 < dose["p50"] < 85 < dose["p95"] < 90


def test_every_assumed_number_of_the_model_is_listed_with_its_reason() -> None:
    assumed = found(*ADULT)["assumed"]
    assert {"absorption-rate", "clearance", "volume"} == {one["of"] for one in assumed}
    assert all(one["reason"] for one in assumed)


@pytest.mark.parametrize("format", ["text", "markdown", "html"])
def test_what_every_page_says(format: str) -> None:
    page = text(*ADULT, *MANY, "--versus", "100mg@48h", "--format", format)
    for said in (
        "seed 1",
        "Steady state",
        "every 48 h",
        "of another population",
        "Yang BB",
        "assumed",
        "Not clinically",
    ):
        assert said in page


def test_the_step_sets_the_grid() -> None:
    assert [0.0, 100.0, 200.0, 300.0, 336.0] == found(*ADULT, "--step", "100h")["profile"]["time_h"]


def test_csv_reads_back_as_the_profile_of_the_json() -> None:
    header, *rows = run(*ADULT, "--format", "csv").stdout.splitlines()
    profile = found(*ADULT)["profile"]
    assert "time_h,level_mg_L" == header
    assert profile["level_mg_L"] == [float(row.split(",")[1]) for row in rows]


def test_csv_of_virtual_patients_has_a_column_a_percentile() -> None:
    header, first, *_ = run(*ADULT, *MANY, "--format", "csv").stdout.splitlines()
    assert ("time_h,p5_mg_L,p50_mg_L,p95_mg_L", "0.0,0.0,0.0,0.0") == (header, first)


def test_parquet_reads_back_as_the_profile_of_the_json(tmp_path: Path) -> None:
    done = run(*ADULT, *MANY, "--out", str(tmp_path / "x.parquet"))
    table = pq.read_table(tmp_path / "x.parquet")
    assert (None, "") == (done.exception, done.stdout)
    assert found(*ADULT, *MANY)["profile"] == table.to_pydict()
    assert (b"adults-renal", b"mg/L") == (table.schema.metadata[b"model"], table.schema.field(1).metadata[b"unit"])


@pytest.mark.parametrize(
    ("name", "start"),
    [("x.json", "{"), ("x.csv", "time_h"), ("x.md", "# "), ("x.html", "<!DOCTYPE"), ("x.txt", "Anakinra")],
)
def test_a_file_is_written_in_the_format_of_its_suffix(name: str, start: str, tmp_path: Path) -> None:
    done = run(*ADULT, "--out", str(tmp_path / name))
    assert (None, "") == (done.exception, done.stdout)
    assert (tmp_path / name).read_text(encoding="utf-8").startswith(start)


@pytest.mark.parametrize("format", ["text", "json"])
def test_a_plot_is_drawn_beside_the_result(format: str, tmp_path: Path) -> None:
    done = run(*ADULT, "--format", format, "--plot", str(tmp_path / "x.svg"))
    assert done.stdout
    assert (tmp_path / "x.svg").read_text(encoding="utf-8").startswith("<svg")


# --- the edition ----------------------------------------------------------------------------------------------------


def test_an_edition_past_its_limit_is_the_first_warning() -> None:
    last, after = (found(*ADULT, "--as-of", day)["warnings"] for day in ("2027-04-10", "2027-04-11"))
    assert [] == last
    assert "edition of the monograph" in after[0]
    assert "until 2027-04-10" in after[0]


REFUSED = """  edition-refused:
    meaning: How long after its revision an edition of the text may be used at all
    value: 36
    unit: "mo"
    kind: assumed
    statements: [header.1]
    reason: A limit of the site.
"""


def test_an_edition_that_the_site_refuses_simulates_nothing(tmp_path: Path) -> None:
    site = tmp_path / "site"
    shutil.copytree(MADE_UP, site)
    with (site / "policy.yaml").open("a", encoding="utf-8") as policy:
        policy.write(REFUSED)
    failure = refused("--knowledge", str(site), *MADE[2:], "--as-of", "2090-01-01")
    assert (4, "edition-expired") == (failure.exit_code, failure.code)
