"""The reader finds in a generated monograph exactly what was written there."""

from hypothesis import given
from reader_strategies import SETTINGS, Drawn, monographs, outline

from apothecary.audit import read_monograph


@SETTINGS
@given(monographs())
def test_the_structure_is_found(drawn: Drawn) -> None:
    assert drawn.outline == outline(read_monograph(drawn.text.encode()))
