"""The comparison of pages with output is itself tested: a wrong page must fail."""

import blocks as b
import pytest


@pytest.mark.parametrize(
    ("shown", "printed"),
    [
        (["a", "b"], ["a", "b"]),
        (["a", "…"], ["a", "b", "c"]),
        (["…", "c"], ["a", "b", "c"]),
        (["a", "…", "c"], ["a", "c"]),
        (["hash …, end"], ["hash 12ab, end"]),
        ([], [""]),
    ],
)
def test_a_right_page_passes(shown: list[str], printed: list[str]) -> None:
    assert b.differs(shown, printed) is None


@pytest.mark.parametrize(
    ("wrong", "shown", "printed"),
    [
        ("b", ["a", "b"], ["a"]),
        ("b", ["a", "b"], ["a", "c"]),
        ("c", ["a", "c"], ["a", "b", "c"]),
        ("a", ["b", "…", "a"], ["b", "c"]),
        ("(more is printed: b)", ["a"], ["a", "b"]),
        ("(more is printed: c)", ["…", "b"], ["a", "b", "c"]),
        ("x", ["…", "x"], ["a", "b"]),
    ],
)
def test_a_wrong_page_fails_and_names_the_line(wrong: str, shown: list[str], printed: list[str]) -> None:
    assert wrong == b.differs(shown, printed)
