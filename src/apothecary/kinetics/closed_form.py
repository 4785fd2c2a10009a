"""One compartment, first-order absorption and elimination, in closed form and stable where both rates are equal.

`ka` and `ke` are rates per hour, `t` hours. All functions take floats or arrays that broadcast. The two rates enter
through exp(-slower t) and one function of their distance, so that nothing cancels and nothing overflows, whichever of
the two is the slower (Bateman 1910; the limit for equal rates is ka t exp(-ka t)).
"""

from apothecary.kinetics.namespace import Array, namespace

_SMALL = 1e-9  # below, a series of two terms is exact to the last digit
_SHORT = 1e-2  # below, differences of exponentials would lose digits


def relative_decay(x: Array) -> Array:
    """(1 - exp(-x)) / x for x >= 0, and 1 at x = 0."""
    xp = namespace(x)
    small = x < _SMALL
    safe = xp.where(small, x * 0.0 + 1.0, x)
    return xp.where(small, 1.0 - 0.5 * x, -xp.expm1(-safe) / safe)


def decay(k: Array, t: Array) -> Array:
    """The share of an amount that is left after t hours of first-order loss."""
    xp = namespace(k, t)
    return xp.exp(-(k * t))


def transfer(ka: Array, ke: Array, t: Array) -> Array:
    """The share of an amount at the absorption site that is in the central compartment t hours later."""
    xp = namespace(ka, ke, t)
    return ka * t * xp.exp(-(xp.minimum(ka, ke) * t)) * relative_decay(xp.abs(ka - ke) * t)


def central_exposure(k: Array, t: Array) -> Array:
    """Integral over t hours of what is left in the central compartment of one unit that was there at the start, h."""
    return t * relative_decay(k * t)


def absorbed_exposure(ka: Array, ke: Array, t: Array) -> Array:
    """Integral over t hours of the share in the central compartment of one unit at the absorption site, h."""
    xp = namespace(ka, ke, t)
    slow, fast = xp.minimum(ka, ke) * t, xp.maximum(ka, ke) * t
    short = fast < _SHORT
    safe = xp.where(short, fast * 0.0 + 1.0, fast)
    spread = xp.exp(-slow) * relative_decay(xp.abs(ka - ke) * t)
    long = (relative_decay(slow) - spread) / safe
    return ka * t * t * xp.where(short, _series(slow, fast), long)


def _series(a: Array, b: Array) -> Array:
    """The divided difference of exp(-x) at 0, a and b by its Taylor series: sum of (-1)^n h_n(a, b) / (n + 2)!."""
    total, term, sums, power, factorial = a * 0.0, 1.0, a * 0.0 + 1.0, a * 0.0 + 1.0, 2.0
    for n in range(8):
        total = total + term * sums / factorial
        power = power * b
        sums = a * sums + power  # the complete homogeneous polynomial of the next degree
        term, factorial = -term, factorial * (n + 3)
    return total


def peak_time(ka: Array, ke: Array, site: Array, central: Array) -> Array:
    """Hours until the central amount is largest, from these amounts at the absorption site and there; 0 if it falls."""
    xp = namespace(ka, ke, site, central)
    rise = ka * site - ke * central
    distance = ka - ke
    rising = rise > 0
    one = rise * 0.0 + 1.0
    q = xp.where(rising, rise, one) / xp.where(rising, ke * (ka * site + distance * central), one)
    x = xp.where(rising, distance * q, rise * 0.0)
    near = xp.abs(x) < _SMALL
    safe = xp.where(near, one, x)
    return xp.where(rising, q * xp.where(near, 1.0 - 0.5 * x, xp.log1p(safe) / safe), rise * 0.0)
