"""How long a concentration stays above a level between two doses, to the last digit."""

import msgspec

from apothecary.kinetics.amounts import Amounts, after
from apothecary.kinetics.errors import KineticsError
from apothecary.kinetics.individual import Individual
from apothecary.kinetics.namespace import Array, namespace, precision

_MOST_STEPS = 100
_CLOSE = 1e-12  # of the length of the stage
_FLAT = 1e-100  # of the wanted amount an hour: far below the level, where a step of Newton's would overflow


class Above(msgspec.Struct, frozen=True):
    """Hours above a level, and when the level was crossed on the way up and down; 0 where it was not."""

    hours: Array
    up_h: Array
    down_h: Array


def time_above(
    amounts: Amounts, one: Individual, hours: float, peak_h: Array, level: float, like: Above | None = None
) -> Above:
    """How long it is above `level` (mg/L) in the next `hours`, without a dose; the curve has one peak, at `peak_h`.

    `like` is the answer for an earlier dose: its crossings are close to these, which only makes the search shorter.
    """
    if not level > 0:
        raise KineticsError("level", f"The level is {level:g} mg/L; give a concentration above zero.")
    xp = namespace(one.clearance)
    zero = one.clearance * 0.0
    end = zero + hours
    wanted = level * one.volume
    peak = after(amounts, one, peak_h)
    start, top, last = amounts.central, peak.central, after(amounts, one, end).central
    rises = (start < wanted) & (wanted < top)
    falls = (last < wanted) & (wanted < top)
    # near its peak the curve is a parabola, where Newton's steps from elsewhere would only creep
    bend = one.absorption_rate**2 * peak.site
    bent = bend > 0
    away = (2.0 * xp.maximum(top - wanted, zero) / xp.where(bent, bend, zero + 1.0)) ** 0.5
    away = xp.where(bent, away, end)
    first, last_ = (peak_h - away, peak_h + away) if like is None else (like.up_h, like.down_h)
    rise, fall = xp.where(rises, peak_h, zero), xp.where(falls, peak_h, zero)
    up = _crossing(amounts, one, wanted, zero, rise, (first, peak_h - away), hours)
    down = _crossing(amounts, one, wanted, xp.where(falls, end, zero), fall, (last_, peak_h + away), hours)
    before = xp.where(rises, peak_h - up, xp.where((start >= wanted) & (top > wanted), peak_h, zero))
    behind = xp.where(falls, down - peak_h, xp.where(last >= wanted, end - peak_h, zero))
    return Above(before + behind, up, down)


def _crossing(
    amounts: Amounts,
    one: Individual,
    wanted: Array,
    below: Array,
    over: Array,
    guesses: tuple[Array, Array],
    hours: float,
) -> Array:
    """The time between `below` and `over` at which the amount is `wanted`: Newton's steps, kept inside by halving.

    They begin at the first guess that lies between, else in the middle.
    """
    xp = namespace(one.clearance)
    close = max(_CLOSE, 8.0 * precision(one.clearance))
    time = (below + over) / 2
    for guess in reversed(guesses):
        time = xp.where((guess - below) * (guess - over) < 0, guess, time)
    for _ in range(_MOST_STEPS):
        now = after(amounts, one, time)
        distance = now.central - wanted
        slope = one.absorption_rate * now.site - one.elimination_rate * now.central
        below, over = xp.where(distance < 0, time, below), xp.where(distance < 0, over, time)
        steep = xp.abs(slope) > _FLAT * wanted
        newton = time - distance / xp.where(steep, slope, wanted)
        inside = steep & (newton >= xp.minimum(below, over)) & (newton <= xp.maximum(below, over))
        following = xp.where(inside, newton, (below + over) / 2)
        done = bool(xp.all(xp.abs(following - time) <= close * hours))
        time = following
        if done:
            break
    return time
