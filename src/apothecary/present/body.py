"""A simple body from the front and from behind, with the areas to inject into: numbers for an SVG template."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import msgspec

from apothecary.present.handout_words import Words

if TYPE_CHECKING:
    from apothecary.therapy.handout import Spot

View = Literal["front", "back"]
WIDTH: Final = 760
HEIGHT: Final = 388
_MIDDLE: Final[dict[View, int]] = {"front": 230, "back": 540}
# Of each area: the view, how far from the midline, how far down, half width, half height, slant.
_AREAS: Final[dict[str, tuple[View, float, float, float, float, float]]] = {
    "abdomen": ("front", 14, 146, 11, 18, 0),
    "thigh": ("front", 20, 226, 10.5, 25, 3),
    "upper-arm": ("back", 51.5, 102, 7, 19, 12),
    "buttock": ("back", 19, 179, 11, 10, 0),
}


class Mark(msgspec.Struct, frozen=True):
    """One marked area: an ellipse, a line to its label, the label and on which side it begins."""

    x: float
    y: float
    rx: float
    ry: float
    slant: float
    label_x: float
    line_x: float
    anchor: str
    label: str


def marks(spots: tuple[Spot, ...], words: Words) -> tuple[Mark, ...]:
    """The areas of a sheet. From the front a person's left is on the right of the picture, from behind on the left."""
    found = []
    for spot in spots:
        view, out, y, rx, ry, slant = _AREAS[spot.site]
        rightwards = (spot.side == "left") == (view == "front")
        way = 1 if rightwards else -1
        x = _MIDDLE[view] + way * out
        edge = _MIDDLE[view] + way * 76
        found.append(
            Mark(
                x, y, rx, ry, -slant * way, edge + 4 * way, edge,
                "start" if rightwards else "end", words.place(spot),
            )
        )  # fmt: skip
    return tuple(found)


def figures(words: Words) -> tuple[tuple[int, str], ...]:
    """The midline of each view and its title."""
    return ((_MIDDLE["front"], words.front), (_MIDDLE["back"], words.back))
