"""Which array library the numbers at hand belong to: any that keeps the array API standard, or none for floats."""

import math
import sys
from typing import Any, Final

Array = Any  # a float, or an array of NumPy, PyTorch, JAX, CuPy; the standard has no common type


class _Floats:
    """The few functions of the standard that the engine uses, for plain floats: one patient needs no NumPy."""

    exp = staticmethod(math.exp)
    expm1 = staticmethod(math.expm1)
    log = staticmethod(math.log)
    log1p = staticmethod(math.log1p)
    abs = staticmethod(abs)
    isfinite = staticmethod(math.isfinite)
    maximum = staticmethod(max)
    minimum = staticmethod(min)

    @staticmethod
    def where(condition: bool, yes: float, no: float) -> float:
        """One of two numbers."""
        return yes if condition else no

    @staticmethod
    def all(condition: bool) -> bool:
        """The condition itself."""
        return condition

    any = all


FLOATS: Final = _Floats()


def namespace(*numbers: Array) -> Any:
    """The functions to use for these numbers; TypeError where arrays of two libraries are mixed."""
    for one in numbers:  # one patient asks dozens of times: the usual answer comes first
        if type(one) is not float and not isinstance(one, int | float):
            break
    else:
        return FLOATS
    from array_api_compat import array_namespace

    return array_namespace(*(one for one in numbers if not is_float(one)))


def is_float(number: Array) -> bool:
    """Whether a number stands for one patient, or is the same for all."""
    return isinstance(number, int | float)


def precision(number: Array) -> float:
    """The distance from 1 to the next number of this kind."""
    if is_float(number):
        return sys.float_info.epsilon
    return float(namespace(number).finfo(number.dtype).eps)


def is_numpy(array: Array) -> bool:
    """Whether an array is NumPy's."""
    from array_api_compat import is_numpy_array

    return bool(is_numpy_array(array))


def is_writable(array: Array) -> bool:
    """Whether numbers can be put into an array that exists; JAX has none such."""
    from array_api_compat import is_writeable_array

    return bool(is_writeable_array(array))


def device_of(array: Array) -> Any:
    """The device that an array lives on."""
    from array_api_compat import device

    return device(array)
