"""What `apothecary simulate` refuses: one sentence, exit code 2; and what it can do without its libraries."""

import json

import pytest
from tests.kinetics.simulations import ADULT, CONTRACT, MANY, refused, without


@pytest.mark.parametrize(
    ("arguments", "code", "part"),
    [
        (("--dose", "0mg"), "usage", "--dose is '0mg': it is not above zero"),
        (("--dose", "-1mg"), "usage", "not above zero"),
        (("--dose", "100"), "usage", "no unit was given"),
        (("--dose", "100mL"), "usage", "Write it in mg or mg/kg"),
        (("--every", "0h"), "usage", "--every is '0h'"),
        (("--every", "24"), "usage", "no unit was given"),
        (("--for", "-1d"), "usage", "not above zero"),
        (("--for", "1000000d"), "grid", "more than 200000"),
        (("--every", "1s", "--step", "1h"), "regimen", "more than 100000"),
        (("--weight", "0kg"), "usage", "not above zero"),
        (("--weight", "70"), "usage", "no unit was given"),
        (("--weight", "70000kg"), "usage", "plausible limits"),
        (("--weight", "60..90kg"), "usage", "a range is for virtual patients"),
        (("--weight", "90..60kg", "--n", "9"), "usage", "the lower bound comes first"),
        (("--crcl", "0mL/min"), "usage", "not above zero"),
        (("--crcl", "-5mL/min"), "usage", "not above zero"),
        (("--age", "5a", "--model", "adults-renal"), "outside-domain", "made from adults"),
        (("--age", "30a", "--model", "children-autoinflammatory"), "outside-domain", "8 months to 21 years"),
        (("--age", "5..40a", "--n", "9"), "no-model", "of some patients"),
        (("--model", "nobody"), "unknown-model", "adults-renal, children-autoinflammatory"),
        (("--route", "oral"), "route", "subcutaneous and intravenous"),
        (("--route", "intravenous"), "no-model", "not for intravenous doses"),
        (("--route", "intravenous", "--model", "adults-renal"), "outside-domain", "for subcutaneous doses only"),
        (("--missed", "15"), "dose", "the course has 14"),
        (("--missed", "0"), "dose", "There is no dose 0"),
        (("--missed", "third"), "usage", "not the number of a dose"),
        (("--late", "3"), "usage", "the delay is missing"),
        (("--late", "3:6"), "usage", "no unit was given"),
        (("--late", "3:6h,3:7h"), "usage", "named twice"),
        (("--late", "3:6h", "--missed", "3"), "dose", "both missed and late"),
        (("--versus", "100mg"), "usage", "the interval is missing"),
        (("--versus", "100mg@0h"), "usage", "'0h' is not above zero"),
        (("--target", "0.4"), "usage", "no unit was given"),
        (("--above", "0mg/L"), "usage", "not above zero"),
        (("--agonist", "5ng/mL"), "usage", "an amount concentration"),
        (("--step", "0h"), "usage", "not above zero"),
        (("--step", "1s"), "grid", "Take a longer step"),
        (("--n", "0"), "count", "give 1 to 1000000"),
        (("--n", "9", "--seed", "-1"), "seed", "0 or more"),
        (("--plot", "x.pdf"), "usage", ".svg, .png, .html"),
        (("--out", "x.parquet", "--format", "csv"), "usage", "ends in .parquet"),
        (("--out", "/nowhere/x.csv"), "unwritable", "Give another path"),
    ],
)
def test_what_is_refused(arguments: tuple[str, ...], code: str, part: str) -> None:
    failure = refused(*ADULT, *arguments)
    assert (2, code) == (failure.exit_code, failure.code)
    assert part in failure.message


def test_a_dose_by_an_unknown_weight_is_refused() -> None:
    failure = refused("--dose", "1mg/kg", *ADULT[2:6], *ADULT[8:])
    assert (2, True) == (failure.exit_code, "needs the weight, not known" in failure.message)


def test_a_model_without_what_it_needs_is_refused() -> None:
    failure = refused(*CONTRACT, "--model", "adults-renal")
    assert ("missing-covariate", 2) == (failure.code, failure.exit_code)


def test_too_many_patients_over_too_many_occasions_are_refused() -> None:
    failure = refused(*CONTRACT, "--age", "9a", "--for", "300d", "--n", "100000")
    assert ("count", 2) == (failure.code, failure.exit_code)


def test_an_error_under_json_is_an_object() -> None:
    done = without("nothing", "--dose", "0mg", "--format", "json")
    assert (2, "usage", "") == (done.returncode, json.loads(done.stderr)["error"]["code"], done.stdout)


@pytest.mark.parametrize("format", ["text", "json", "csv", "html", "markdown"])
def test_the_typical_patient_needs_no_array_library(format: str) -> None:
    done = without("numpy,scipy,array_api_compat,pyarrow,altair,vl_convert", "--format", format)
    assert (0, "") == (done.returncode, done.stderr)


@pytest.mark.parametrize(
    ("library", "arguments", "install"),
    [
        ("numpy", MANY, "pip install numpy array-api-compat"),
        ("altair", ("--plot", "x.svg"), "pip install altair vl-convert-python"),
        ("vl_convert", ("--plot", "x.png"), "pip install altair vl-convert-python"),
        ("pyarrow", ("--out", "x.parquet"), "pip install pyarrow"),
    ],
)
def test_what_is_not_installed_is_said_in_one_sentence(library: str, arguments: tuple[str, ...], install: str) -> None:
    done = without(library, *arguments)
    assert (2, 1) == (done.returncode, done.stderr.count("\n"))
    assert install in done.stderr
