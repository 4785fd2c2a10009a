"""The reader finds in a generated monograph exactly what was written there."""

from hypothesis import given
from reader_strategies import SETTINGS, Drawn, monographs, outline

from apothecary.audit import read_monograph
from apothecary.audit.document import units, walk


@SETTINGS
@given(monographs())
def test_the_structure_is_found(drawn: Drawn) -> None:
    assert drawn.outline == outline(read_monograph(drawn.text.encode()))


@SETTINGS
@given(monographs())
def test_everything_is_found_at_its_line(drawn: Drawn) -> None:
    document = read_monograph(drawn.text.encode())
    lines = ["", *drawn.text.split("\n")]
    titles = [(section.line, section.title) for section in walk(document.sections) if section.title]
    numbers = [(reference.line, f"{reference.number}.") for reference in document.references]
    statements = [(unit.line, unit.text.split()[0]) for unit in units(document)]
    assert [] == [(at, said) for at, said in titles + numbers if not lines[at].startswith(said)]
    assert [] == [(at, said) for at, said in statements if said not in lines[at]]
