"""Random patients, courses and grids for the tests of the engine."""

from hypothesis import settings
from hypothesis import strategies as st

from apothecary.kinetics import Dose, Individual, Occasion

SETTINGS = settings(derandomize=True, deadline=None, max_examples=60)


def between(low: float, high: float) -> st.SearchStrategy[float]:
    """A float from low to high."""
    return st.floats(low, high, allow_nan=False, allow_infinity=False)


def rates() -> st.SearchStrategy[tuple[float, float]]:
    """ka and ke: independent, equal, or within a hair of each other."""
    apart = st.tuples(between(0.01, 5.0), between(0.01, 5.0))
    gap = st.builds(lambda sign, power: sign * 10.0**-power, st.sampled_from([1, -1, 0]), between(1.0, 16.0))
    close = st.builds(lambda ke, delta: (ke * (1 + delta), ke), between(0.01, 5.0), gap)
    return apart | close


def individuals() -> st.SearchStrategy[Individual]:
    """A patient with floats for parameters."""
    return st.builds(
        lambda both, volume, share: Individual(both[0], both[1] * volume, volume, share),
        rates(), between(2.0, 200.0), between(0.2, 1.0),
    )  # fmt: skip


# Round times make doses coincide with each other, with grid points and with the ends of windows
TIMES = st.integers(0, 20).map(lambda n: n * 6.0) | between(1e-6, 120.0)  # earlier, 50 digits would not do
AMOUNTS = between(0.5, 500.0)
ROUTES = st.sampled_from(["subcutaneous", "intravenous"])
DOSES = st.lists(st.builds(Dose, TIMES, AMOUNTS, ROUTES), min_size=1, max_size=8)
GRIDS = st.lists(TIMES | st.sampled_from([0.0, 150.0, 400.0]), min_size=1, max_size=25).map(sorted)
WINDOWS = st.tuples(TIMES, st.integers(1, 12).map(lambda n: n * 6.0) | between(0.5, 60.0)).map(
    lambda both: (both[0], both[0] + both[1])
)


def occasions() -> st.SearchStrategy[tuple[Occasion, ...]]:
    """A patient whose parameters change every so often."""
    starts = st.lists(TIMES.filter(lambda hours: hours > 0), unique=True, min_size=1, max_size=4).map(sorted)
    return starts.flatmap(
        lambda later: st.tuples(*(individuals() for _ in range(len(later) + 1))).map(
            lambda them: tuple(Occasion(hours, one) for hours, one in zip([0.0, *later], them, strict=True))
        )
    )
