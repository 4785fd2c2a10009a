"""Whatever is handed in comes to a record or to one clear sentence, and never to a crash or to silence."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from anything import (
    any_bytes,
    any_json,
    any_yaml,
    as_json,
    damaged_records,
    fhir_shaped,
    fhir_words,
    nearly_records,
    short_words,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import AS_OF, DRUGS, MADE_UP, PHASES, SETTINGS, monograph, reviewer

from apothecary.present import render
from apothecary.record import Record, RecordError, read_record

LONGEST = 1000  # characters a person will read of an error


def _is_a_sentence(message: str) -> None:
    assert message.strip() == message
    assert message.endswith((".", "?"))
    assert "\n" not in message
    assert len(message) <= LONGEST


def comes_to_something(data: bytes) -> None:
    """A record that can be reviewed and shown, or an error with a code and a sentence; nothing else is raised."""
    try:
        record = read_record(data)
        assert isinstance(record, Record)
        for drug in DRUGS:
            review = reviewer(drug).review(record, AS_OF)
            assert review.findings
            shown = render(review, monograph(drug), "json")
            json.loads(shown, parse_constant=_no_constant)
    except RecordError as error:
        _is_a_sentence(error.message)
        _is_a_sentence(f"{error.code}.")


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


@settings(SETTINGS, max_examples=300)
@given(any_bytes)
def test_any_bytes(data: bytes) -> None:
    comes_to_something(data)


@settings(SETTINGS, max_examples=200)
@given(any_json)
def test_any_json(value: Any) -> None:
    comes_to_something(as_json(value))


@settings(SETTINGS, max_examples=250)
@given(fhir_shaped() | fhir_words)
def test_json_that_looks_like_fhir(value: Any) -> None:
    comes_to_something(as_json(value))


@settings(SETTINGS, max_examples=600)
@given(nearly_records())
def test_a_record_with_something_wrong_in_it(value: Any) -> None:
    comes_to_something(as_json(value))


@settings(SETTINGS, max_examples=300)
@given(st.dictionaries(st.sampled_from(("age", "labs", "conditions", "sex", "weight")), short_words) | short_words)
def test_json_that_looks_like_the_short_form(value: Any) -> None:
    comes_to_something(as_json(value))


@settings(SETTINGS, max_examples=600)
@given(any_yaml)
def test_any_yaml(text: str) -> None:
    comes_to_something(text.encode("utf-8", "replace"))


@settings(SETTINGS, max_examples=200)
@given(damaged_records())
def test_a_record_that_was_cut_off_or_damaged(data: bytes) -> None:
    comes_to_something(data)


# --- through the command line ---------------------------------------------------------------------------------------

PATIENT = {"resourceType": "Patient", "id": "p1", "birthDate": "1980-05-05"}
NAMED = {**PATIENT, "name": [{"family": "<script>alert(1)</script>", "given": ["'; DROP TABLE x; --"]}]}
_BUNDLE = b'{"resourceType": "Bundle", "entry": [{"resource": '
_RESULT = b'{"resourceType": "Observation", "code": {"text": "weight"}, "status": "final", '
NASTY: dict[str, bytes] = {
    "empty": b"",
    "blank": b" \n\t ",
    "byte order mark": b"\xef\xbb\xbf",
    "byte order mark before JSON": b"\xef\xbb\xbf" + as_json(PATIENT),
    "UTF-16": json.dumps(PATIENT).encode("utf-16"),
    "binary": bytes(range(256)) * 20,
    "5 MB of brackets": b"[" * 5_000_000,
    "5 MB of dashes": b"- " * 2_500_000,
    "objects nested 100,000 deep": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "lists nested 100,000 deep": b'{"conditions":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "YAML nested 100,000 deep": b"conditions: " + b"[" * 100_000 + b"]" * 100_000,
    "bundles nested 200 deep": _BUNDLE * 200 + as_json(PATIENT) + b"}]}" * 200,
    "bundles nested 300 deep": _BUNDLE * 300 + as_json(PATIENT) + b"}]}" * 300,
    "NaN": _RESULT + b'"valueQuantity": {"value": NaN}}',
    "a whole number of 400 digits": _RESULT + b'"valueInteger": ' + b"9" * 400 + b"}",
    "a whole number of 5000 digits": _RESULT + b'"valueInteger": ' + b"9" * 5000 + b"}",
    "a number too large": b'{"resourceType": "Condition", "code": 1e999}',
    "a unit of three lines": _RESULT + b'"valueQuantity": {"value": 70, "unit": "k\\ng\\n"}}',
    "a link that is no address": b'{"resourceType": "Bundle", "type": "searchset", "link": [{"relation": "self", '
    + b'"url": "http://[::1/"}], "entry": [{"resource": '
    + as_json(PATIENT)
    + b"}]}",
    "a medication that is a number": b'{"resourceType": "MedicationRequest", "contained": [5], '
    + b'"medicationReference": {"reference": "#m"}}',
    "Latin-1": b'{"resourceType": "Condition", "code": {"text": "Fi\xe8vre"}}',
    "Latin-1 in a bundle": _BUNDLE + b'{"resourceType": "Condition", "code": {"text": "Fi\xe8vre"}}}]}',
    "a tag without a value": b"age: !!int",
    "a tag that does not fit": b"age: !!timestamp soon",
    "a huge age": b"age: " + b"9" * 10_000,
    "duplicate keys in JSON": b'{"resourceType": "Patient", "id": "p1", "id": "p2"}',
    "duplicate keys in YAML": b"age: 5 a\nage: 6 a\n",
    "HTML in names": as_json(NAMED),
    "PDF": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n",
    "truncated JSON": as_json(PATIENT)[:-10],
    "JSON lines": as_json(PATIENT) + b"\n" + as_json({**PATIENT, "id": "p2"}) + b"\n",
    "aliases that grow without end": b"conditions:\n- &a [x, x, x, x, x, x, x, x]\n"
    + b"".join(b"- &%c [%s]\n" % (n + 1, b", ".join([b"*%c" % n] * 8)) for n in range(97, 104)),
    "an alias to itself": b"conditions: &a [*a]",
    "NUL": b"age: \x00",
    "only a number": b"5",
    "a list of nothing": b"[]",
    "an object of nothing": b"{}",
}


@pytest.mark.parametrize("data", NASTY.values(), ids=NASTY)
def test_the_command_line_says_in_one_sentence_what_is_wrong_with_a_record(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "record"
    path.write_bytes(data)
    command = [sys.executable, "-c", "from apothecary.cli.main import run; run()"]
    command += ["review", str(path), "--knowledge", str(MADE_UP), "--as-of", str(AS_OF), "--phase", PHASES[0]]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode in (0, 3), done.stderr[-500:]
    assert "Traceback" not in done.stderr + done.stdout
    if done.returncode == 3:
        assert done.stdout == ""
        _is_a_sentence(done.stderr.strip())
    else:
        assert done.stderr == ""
        assert done.stdout.strip()
