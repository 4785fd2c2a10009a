"""Whatever somebody may hand in: any bytes, any JSON, JSON that looks like a record but is not quite one, any YAML."""

import json
from random import Random
from typing import Any, Final

from hypothesis import strategies as st
from patients import encode, patients
from rows import Json
from strategies import DRUGS, Draw

from apothecary.record import fhir_types as f

_FIELDS: Final = tuple(
    sorted(
        {
            name
            for kind in vars(f).values()
            if isinstance(kind, type) and hasattr(kind, "__struct_fields__")
            for name in kind.__struct_fields__
        }
        | {"prefetch", "context", "draftOrders", "patientId", "link", "text", "meta"}
    )
)
_KINDS: Final = (
    *("Patient", "Bundle", "Condition", "AdverseEvent", "AllergyIntolerance", "MedicationRequest", "Medication"),
    *("MedicationStatement", "MedicationAdministration", "MedicationDispense", "Observation", "Immunization"),
    *("ImmunizationRecommendation", "Procedure", "ServiceRequest", "Composition", "List", "OperationOutcome"),
    *("Encounter", "", "patient", None, 5),
)
_WORDS: Final = (
    *("", " ", "#m", "p1", "Patient/p1", "Patient/p2", "Medication/m", "urn:uuid:1", "active", "final", "searchset"),
    *("2026-06-01", "2026", "2026-13-45", "0000-00-00", "9999-12-31", "2026-06-01T25:61:61Z", "next", "self", "<="),
    *("http://[::1", "https://ehr.example/Condition?patient=p1", "//[", "mg/dL", "mg\nkg\ng", "1e999", "nilknown"),
    *("no known allergies", "\ud800", "\x00", "\u202e", "é\u0301", "a\nb", "<b>x</b>", "{{7*7}}", "LA15173-0"),
)
_NUMBERS: Final = (0, -1, 1, 5.5, 1e308, -1e308, 1e-320, 2**63, 10**30, 10**400, True, False, None)
_SHORT: Final = (
    *("id", "age", "birth_date", "sex", "weight", "height", "conditions", "medications", "allergies", "vaccines"),
    *("procedures", "labs", "pregnant", "breastfeeding", "name", "status", "date", "start", "value", "loinc", "x"),
)

scalars = st.one_of(st.sampled_from(_NUMBERS), st.sampled_from(_WORDS), st.text(max_size=8), st.integers(), st.floats())


def nested(depth: int, leaf: Any, key: str | None) -> Any:
    """A value under so many lists, or so many objects with one key."""
    for _ in range(depth):
        leaf = [leaf] if key is None else {key: leaf}
    return leaf


deep = st.builds(nested, st.integers(1, 200), scalars, st.sampled_from((None, "entry", "resource", "concept", "a")))


def _trees(keys: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.recursive(
        scalars | deep,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=6),
        max_leaves=20,
    )


any_json = _trees(st.text(max_size=8))
fhir_words = _trees(st.sampled_from(_FIELDS))
short_words = _trees(st.sampled_from(_SHORT))


@st.composite
def resources(draw: Draw[Any]) -> Any:
    """A resource of a known kind with fields of any kind in them."""
    return {
        "resourceType": draw(st.sampled_from(_KINDS)),
        **draw(st.dictionaries(st.sampled_from(_FIELDS), fhir_words)),
    }


@st.composite
def fhir_shaped(draw: Draw[Any]) -> Any:
    """A bundle, a bundle in a bundle, one resource, or a CDS Hooks request of such resources."""
    found = draw(st.lists(resources(), max_size=4))
    form = draw(st.sampled_from(("bundle", "nested", "one", "hook", "hook", "chain")))
    beside = st.dictionaries(st.sampled_from(_FIELDS), fhir_words, max_size=1)
    entries = [{"resource": one, **draw(beside)} for one in found]
    bundle = {"resourceType": "Bundle", "type": "searchset", "entry": entries}
    if form == "nested":
        return {"resourceType": "Bundle", "entry": [{"resource": bundle}, *entries]}
    if form == "chain":
        for _ in range(draw(st.integers(1, 100))):
            bundle = {"resourceType": "Bundle", "entry": [{"resource": bundle}]}
    if form == "hook":
        keys = st.sampled_from(("patient", "conditions", "medications", "labs", "other"))
        prefetch = draw(st.dictionaries(keys, resources() | st.just(bundle) | fhir_words, max_size=3))
        context = {"patientId": draw(st.sampled_from(_WORDS)), "draftOrders": draw(st.just(bundle) | fhir_words)}
        return {"hook": "patient-view", "context": draw(st.just(context) | fhir_words), "prefetch": prefetch}
    return found[0] if form == "one" and found else bundle


_OTHERS: Final[tuple[Any, ...]] = (
    *(None, True, 0, -1, 5.5, 1e308, 2**63, 10**30, 10**400, "", "x" * 2000, *_WORDS, [], {}, [[]], [None], [{}]),
    *({"reference": "Patient/p2"}, {"coding": None}, {"coding": [None]}, {"value": "5"}, {"resourceType": "Bundle"}),
    *(nested(200, 1, None), nested(200, 1, "concept")),
)
_NASTY: Final = [json.dumps(value) for value in _OTHERS]  # as texts, so that each use is a structure of its own


def _paths(record: Any) -> list[tuple[Any, ...]]:
    """The way to every part of a structure, but for those very deep in it."""
    found: list[tuple[Any, ...]] = []
    waiting: list[tuple[Any, tuple[Any, ...]]] = [(record, ())]
    while waiting:
        value, path = waiting.pop()
        inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        below = [(part, (*path, key)) for key, part in inner if len(path) < 20]
        found += [path for _, path in below]
        waiting += below
    return found


def _other(value: Any, rng: Random) -> Any:
    """Something else of the same type as often as something of any type."""
    if isinstance(value, str) and rng.random() < 0.5:
        return rng.choice(_WORDS)
    if isinstance(value, int | float) and rng.random() < 0.5:
        return rng.choice(_NUMBERS)
    return json.loads(rng.choice(_NASTY))


def _changed(record: Any, rng: Random) -> None:
    """One part of a structure left out, replaced by something else, or put under another name."""
    paths = _paths(record)
    if not paths:
        return
    *way, last = rng.choice(paths)
    place = record
    for key in way:
        place = place[key]
    how = rng.choice(("replace", "replace", "replace", "drop", "rename"))
    if how == "replace":
        place[last] = _other(place[last], rng)
    else:
        part = place.pop(last)
        if how == "rename" and isinstance(place, dict):
            place[rng.choice(_FIELDS)] = part


@st.composite
def nearly_records(draw: Draw[Any]) -> Any:
    """A generated patient's bundle with one to six things wrong in it."""
    entries = draw(patients(draw(st.sampled_from(DRUGS)))).entries()
    record: Json = json.loads(encode(entries))
    for lot in draw(st.lists(st.integers(0, 2**24), min_size=1, max_size=6)):
        _changed(record, Random(lot))
    return record


def as_json(value: Any) -> bytes:
    """JSON as lenient writers make it: NaN, lone surrogates, numbers of any size."""
    return json.dumps(value).encode()


@st.composite
def damaged_records(draw: Draw[Any]) -> bytes:
    """The bytes of a generated patient's bundle, cut off or with some bytes replaced."""
    data = bytearray(encode(draw(patients(draw(st.sampled_from(DRUGS)))).entries()))
    rng = Random(draw(st.integers(0, 2**24)))
    for _ in range(draw(st.integers(0, 3))):
        data[rng.randrange(len(data))] = rng.choice(b'\xff\xe9\x00{}[]",:019eE.+-\\')
    return bytes(data[: rng.randrange(len(data))] if draw(st.booleans()) else data)


_MARKS: Final = "- §: §\n§\n  §{§}§[§]§, §&a §*a§<<: §|§>§'§\"§? §--- §\t§#".split("§")  # noqa: SIM905  readable so
_TAGS: Final = [f"!!{tag} " for tag in "int float bool null timestamp binary set omap pairs str seq map x".split()]  # noqa: SIM905
_PLAIN: Final = "1 1.5 .inf .nan 0x_ 1:30 yes no null ~ 2026-06-01 2026-13-45 70kg <5 é".split()  # noqa: SIM905
_pieces = st.sampled_from((*_MARKS, *_TAGS, *_PLAIN, *_SHORT, "", "9" * 5000)) | st.text(max_size=5)


@st.composite
def yaml_lines(draw: Draw[Any]) -> str:
    """A short form in which the values are anything a YAML writer may put there."""
    lines = []
    for key in draw(st.lists(st.sampled_from(_SHORT), max_size=5, unique=True)):
        value = "".join(draw(st.lists(_pieces, max_size=3)))
        lines.append(f"{key}: {draw(st.sampled_from(('', *_TAGS)))}{value}")
    return "\n".join(lines)


any_yaml = st.one_of(yaml_lines(), st.lists(_pieces, max_size=12).map("".join), st.text())
any_bytes = st.builds(
    lambda before, rest: before + rest,
    st.sampled_from((b"", b"{", b"[", b'{"a":', b"\xef\xbb\xbf", b"\xff\xfe", b'{"resourceType":"Bundle","entry":[')),
    st.binary(max_size=60),
)
