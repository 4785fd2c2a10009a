"""Begins the monograph of a new drug from its text: a folder that loads, with everything left to do named in it."""

import re
from collections.abc import Iterator

import msgspec

from apothecary.audit.document import Document
from apothecary.audit.names import prefixes, slug
from apothecary.audit.reader import EDITION, HEADER
from apothecary.audit.statements import Found, entry, seen, written
from apothecary.knowledge import Statement

Files = dict[str, str]
_IDENTITY = "drug:identity"
_ADDRESS = re.compile(r"https?://\S+$")
_PMID = re.compile(r"pubmed\.ncbi\.nlm\.nih\.gov/(\d+)")
_JOURNAL = re.compile(r"(?:19|20)\d\d; ?\d")  # year; volume
_KINDS = (("prescribing information", "label"), ("guideline", "guideline"), ("pubmed", "article"))
_COMMENT = (
    "One entry for each statement of the source text: where it stands, what it cites, what carries it out.\n"
    "The text is licensed and never stored: a fingerprint and a sketch of each sentence, without citation numbers,\n"
    "and its numbers stand for it. A row of a table is a statement, and so are the names of its columns.\n"
    "Replace each to_do by encoded_by, or by background with a reason of a few words."
)
# What a statement of each part of the layout usually becomes.
_BECOMES = {
    "Introduction": "the drug's identity, or background",
    "Uses": "an indication, or a rule on who may have the drug",
    "Dosage and Administration": "a value (dose, interval), a rule on screening or monitoring, or a line of advice",
    "Cautions": "a rule, a value or a list of adverse effects",
    "Drug Interactions": "a rule on an interaction",
    "Pharmacokinetics": "a value",
    "Stability": "the storage of a product",
    "Actions": "background",
    "Advice to Patients": "a line of advice",
    "Preparations": "a product",
}
_OTHER = "a rule, a value, a line of advice, or background"


def scaffold(document: Document) -> Files:
    """The files of a new monograph folder by path; none holds a sentence of the text."""
    drug = slug(document.drug)
    statements = _statements(document)
    identity = [one.id for one in statements if _IDENTITY in one.encoded_by]
    cited = {number for one in statements for number in one.references}
    return {
        "monograph.yaml": _monograph(document, drug, identity),
        "sources.yaml": _sources(document, cited),
        "statements.yaml": written(statements, _COMMENT),
        "values.yaml": "# Numbers that the source text states, each with unit, kind and statements.\nvalues: {}\n",
        "policy.yaml": _policy(statements),
        "interpretations.yaml": "# Readings of vague or contradictory wording.\ninterpretations: []\n",
        "observations.yaml": "# What is measured: codes, unit, what is plausible, when it expires.\nobservations: {}\n",
        "products.yaml": "products: []\n",
        "adverse_effects.yaml": "adverse_effects: []\n",
        "advice/en.yaml": "advice: []\n",
        "value_sets/sets.yaml": _sets(document, drug),
        "value_sets/codes.tsv": _codes(document, drug),
        "CHANGELOG.md": f"# Changes of the {document.drug.lower()} monograph\n\nNothing has been released yet.\n",
        "TODO.md": _to_do(document, statements),
    }


def _statements(document: Document) -> list[Statement]:
    found = seen(document)
    names = prefixes(one.section for one in found)
    return [_begun(one, f"{names[one.section]}.{one.ordinal}") for one in found]


def _begun(found: Found, id_: str) -> Statement:
    """The entry with what is plain from the layout; everything else is left to do."""
    one = entry(found, id_)
    if found.unit.kind in ("columns", "heading"):
        reason = "names of the columns" if found.unit.kind == "columns" else "a heading with nothing below it"
        return msgspec.structs.replace(one, background=reason)
    if one.section == HEADER or found.compared != found.unit.text:  # the line with the edition's date
        return msgspec.structs.replace(one, encoded_by=(_IDENTITY,))
    becomes = _BECOMES.get(one.section.split(" / ")[0], _OTHER)
    return msgspec.structs.replace(one, to_do=f"encode it as {becomes}")


def _header(document: Document, word: str) -> list[str]:
    """What the lines at the head say under a key such as `Brand name`."""
    for section in document.sections:
        if section.path == (HEADER,):
            for block in section.content:
                text = " ".join(sentence.text for sentence in getattr(block, "sentences", ()))
                key, colon, said = text.partition(":")
                if colon and key.casefold().startswith(word):
                    return [part.strip() for part in said.split(",") if part.strip()]
    return []


def _monograph(document: Document, drug: str, identity: list[str]) -> str:
    brands = _header(document, "brand")
    return f"""\
# Which drug this is, which edition of the source text was encoded, and the uses it names.
drug:
  id: {drug}
  name: {_quoted(document.drug.lower())}
  brands: [{", ".join(map(_quoted, brands))}]
  drug_class: {_quoted(", ".join(_header(document, "drug class")) or "not named by the source text")}
  value_set: drug-{drug}
  edition:
    title: {_quoted(document.title)}
    publisher: {_quoted(document.edition.publisher or "not named by the source text")}
    revised: "{document.edition.revised.isoformat()}"
    source: monograph
  statements: [{", ".join(map(_quoted, identity))}]
topics: [contraindications, infections, interactions, monitoring, population, uses]
indications: []
"""


def _sources(document: Document, cited: set[str]) -> str:
    lines = ["# Every reference of the source text under its own number, then what we add.", "sources:"]
    for reference in document.references:
        found = _ADDRESS.search(reference.text)
        citation = reference.text[: found.start()].strip() if found else reference.text
        pmid = _PMID.search(reference.text)
        article = "article" if _JOURNAL.search(reference.text) else "other"
        kind = next((kind for word, kind in _KINDS if word in reference.text.casefold()), article)
        lines += [f'- id: "{reference.number}"', f"  kind: {kind}", f"  citation: {_quoted(citation)}"]
        lines += [f"  url: {found.group()}"] if found else []
        lines += [f'  pmid: "{pmid[1]}"'] if pmid else []
        lines.append(f"  cited: {str(reference.number in cited).lower()}")
    day = document.edition.revised.isoformat()
    of = ". ".join(part for part in (document.title, document.edition.publisher) if part)
    lines += [
        "- id: monograph",
        "  kind: monograph",
        f"  citation: {_quoted(f'{of}; revised {day}.')}",
        "  cited: false",
    ]
    return "\n".join(lines) + "\n"


def _policy(statements: list[Statement]) -> str:
    edition = next(one.id for one in statements if one.section == EDITION and _IDENTITY in one.encoded_by)
    return f"""\
# Our readings: numbers that the source text leaves open. A site may change them; each shows in the output as such.
values:
  edition-expires:
    meaning: How long this edition may be used before a review warns
    value: 12
    unit: "mo"
    kind: assumed
    statements: [{_quoted(edition)}]
    reason: >-
      To be decided by the editor; a year is a cautious beginning.
"""


def _sets(document: Document, drug: str) -> str:
    return f"""\
# What each value set means; its codes and names stand in codes.tsv.
value_sets:
  drug-{drug}:
    name: {_quoted(document.drug.lower())}
    about: [medication, allergy]
"""


def _codes(document: Document, drug: str) -> str:
    names = dict.fromkeys((document.drug.lower(), *_header(document, "brand")))
    rows = [f"drug-{drug}\t\t{name}\t{name}\tname\t" for name in names]
    return "\n".join(["value_set\tsystem\tcode\tdisplay\tmatch\tbreadth", *rows]) + "\n"


def _to_do(document: Document, statements: list[Statement]) -> str:
    return "\n".join(_to_do_lines(document, statements)) + "\n"


def _to_do_lines(document: Document, statements: list[Statement]) -> Iterator[str]:
    left = [one for one in statements if one.to_do]
    yield from (f"# {document.title}: what is left to do", "")
    yield from (f"{len(left)} of {len(statements)} statements. Read them in the source text; none is stored here.", "")
    yield from ("## First", "")
    yield "- [ ] Codes of the drug in `value_sets/codes.tsv` (RxNorm, ATC, UNII), beside its names."
    yield "- [ ] The kind of each source in `sources.yaml`, which was guessed."
    yield "- [ ] How long the edition may be used: `edition-expires` in `policy.yaml`."
    for section in dict.fromkeys(one.section for one in left):
        mine = [one for one in left if one.section == section]
        yield from ("", f"## {section}", "")
        yield f"Usually: {(mine[0].to_do or '').removeprefix('encode it as ')}."
        yield ""
        for one in mine:
            notes = [f"numbers {', '.join(one.numbers)}"] if one.numbers else []
            notes += ["off-label"] if one.off_label else []
            notes += [f"ref. {', '.join(one.references)}"] if one.references else ["no reference"]
            yield f"- [ ] `{one.id}` ({'; '.join(notes)})"


def _quoted(text: str) -> str:
    """A YAML string in double quotes, which JSON's are too."""
    return msgspec.json.encode(text).decode()
