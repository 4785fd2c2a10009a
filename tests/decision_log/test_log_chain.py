"""The chain and the text it covers, on anything that JSON can hold."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from log_samples import KEY, START, note

from apothecary.decision_log.chain import Chain, Row, patient_key
from apothecary.decision_log.entry import canonical, instant, prepared

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | TEXT
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)  # fmt: skip
BODY = st.dictionaries(TEXT.filter(lambda name: name != "unlogged"), JSON, max_size=5)
CHAIN = Chain(KEY)


def shuffled(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: shuffled(value[key]) for key in reversed(list(value))}
    return [shuffled(item) for item in value] if isinstance(value, list) else value


@given(BODY)
def test_a_body_reads_back_as_it_was(body: dict[str, Any]) -> None:
    assert body == json.loads(prepared(note(x=body)).body)["x"]


@given(BODY)
def test_the_order_of_keys_does_not_matter(body: dict[str, Any]) -> None:
    assert canonical(body) == canonical(shuffled(body))


@given(BODY)
def test_the_text_is_the_same_after_reading_it(body: dict[str, Any]) -> None:
    assert canonical(body) == canonical(json.loads(canonical(body)))


def row(body: str, previous: str = CHAIN.start) -> Row:
    columns = (1, instant(START), "note", None, "1", None, None, body, previous)
    return Row(*columns, CHAIN.hash(columns))


@given(BODY, st.sampled_from(Row._fields), TEXT)
def test_a_row_holds_and_no_other_content_of_a_column_does(body: dict[str, Any], column: str, other: str) -> None:
    made = row(canonical(body))
    assert CHAIN.holds(made)
    if getattr(made, column) != other:
        assert not CHAIN.holds(Row(**{**made._asdict(), column: other}))


def test_content_cannot_move_from_one_column_to_the_next() -> None:
    one, other = (1, "t", "note", "ab", "c"), (1, "t", "note", "a", "bc")
    rest = (None, None, "{}", CHAIN.start)
    assert CHAIN.hash((*one, *rest)) != CHAIN.hash((*other, *rest))


@given(st.binary(min_size=32, max_size=64), st.binary(min_size=32, max_size=64))
def test_keys_do_not_share_chains_or_patients(key: bytes, other: bytes) -> None:
    same = key == other
    assert same == (Chain(key).start == Chain(other).start)
    assert same == (patient_key(key, "p") == patient_key(other, "p"))
    assert 3 == len({Chain(key).start, Chain(key).check, patient_key(key, "")})
