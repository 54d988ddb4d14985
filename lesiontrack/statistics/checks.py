"""Checks of arguments that several statistics share."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri


def quantile(level: float) -> float:
    """Two-sided standard normal quantile: 1.96 for 0.95. Raises ValueError unless 0 < level < 1."""
    if not 0 < level < 1:
        raise ValueError(f"level ({level}) must be between 0 and 1, for example 0.95")
    return float(ndtri(1 - (1 - level) / 2))


def counts(k: int, n: int) -> tuple[int, int]:
    """k of n as Python integers. Raises ValueError unless they are whole numbers with 0 <= k <= n, n >= 1."""
    for name, value in (("k", k), ("n", n)):
        if isinstance(value, bool | np.bool_) or not _is_whole(value):
            raise ValueError(f"{name} {value!r} must be a whole number")
    if n < 1:
        raise ValueError(f"n ({n}) must be at least 1: no proportion of nothing")
    if not 0 <= k <= n:
        raise ValueError(f"k ({k}) must be from 0 to n ({n})")
    return int(k), int(n)


def one_of(method: str, known: Sequence[str]) -> str:
    """`method`. Raises ValueError, with the nearest of `known`, where it is none of these."""
    if method in known:
        return method
    near = difflib.get_close_matches(str(method), known, n=1, cutoff=0.3)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise ValueError(f"method {method!r} is none of {', '.join(known)}{hint}")


def numbers(values: ArrayLike, name: str) -> NDArray[np.float64]:
    """One-dimensional array of finite numbers, at least one. Raises ValueError otherwise."""
    raw = np.asarray(values)
    if raw.ndim != 1 or not raw.size:
        raise ValueError(f"{name} must be a list of at least one number, not of shape {raw.shape}")
    if raw.dtype == bool or not np.issubdtype(raw.dtype, np.number):
        try:
            array = np.array([_number(value) for value in raw.tolist()], dtype=float)
        except (TypeError, ValueError):
            raise ValueError(f"{name} must be numbers, not {raw.tolist()[:3]!r}") from None
    else:
        array = raw.astype(float)
    bad = np.flatnonzero(~np.isfinite(array))
    if bad.size:
        raise ValueError(f"{name}[{bad[0]}] is {array[bad[0]]}: leave out what is unknown")
    return array


def flags(values: ArrayLike, name: str, length: int) -> NDArray[np.bool_]:
    """Array of True and False (or 1 and 0) of that length. Raises ValueError otherwise."""
    raw = np.asarray(values)
    if raw.shape != (length,):
        raise ValueError(f"{name} must have {length} values, one for each duration, not shape {raw.shape}")
    for index, value in enumerate(raw.tolist()):
        if value not in (0, 1):
            raise ValueError(f"{name}[{index}] is {value!r}: must be True (1) or False (0)")
    return raw.astype(bool)


def labels(values: Sequence[Any] | NDArray[Any], name: str, length: int) -> list[Any]:
    """Hashable labels, one for each value. Raises ValueError on another length or a missing label."""
    found = list(values.tolist() if isinstance(values, np.ndarray) else values)
    if len(found) != length:
        raise ValueError(f"{name} must have {length} values, one for each, not {len(found)}")
    for index, value in enumerate(found):
        if value is None or value != value:
            raise ValueError(f"{name}[{index}] is {value!r}: each value needs one")
    return found


def _number(value: object) -> float:
    if isinstance(value, bool | str) or value is None:
        raise TypeError
    return float(value)  # type: ignore[arg-type]


def _is_whole(value: object) -> bool:
    try:
        return bool(int(value) == value)  # type: ignore[call-overload]
    except (TypeError, ValueError, OverflowError):
        return False
