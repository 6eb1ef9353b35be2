"""Outcome columns of a Cox model, checked and coded."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from oncohort.survival.coded import coded
from oncohort.survival.risk_sets import Rows, time_codes


def rows_of(
    data: Any, time: Any, event: Any, entry: Any, weights: Any, strata: Any
) -> Rows:
    """Check the outcome; each argument is a column of `data` or an array.

    Raises
    ------
    ValueError
        If a column is unknown, of another length, has missing values or impossible
        ones; the message says which rows.
    """
    times = _numbers(data, time, "time", None)
    n = times.size
    if n == 0:
        raise ValueError("no rows: need at least one time and one event")
    flags = _numbers(data, event, "event", n)
    if flags.dtype.kind != "b":
        _refuse(~((flags == 0) | (flags == 1)), "event", "is neither 0 nor 1")
        flags = flags == 1
    entries = None if entry is None else _numbers(data, entry, "entry", n)
    if entries is None:
        _refuse(~(times >= 0), "time", "is negative")
    weight = None if weights is None else _numbers(data, weights, "weights", n)
    if weight is not None:
        _refuse(~(weight > 0), "weights", "is not positive")
        weight = weight.astype(float)
    at, entered, levels = time_codes(times, entries)
    if entered is not None:
        _refuse(entered >= at, "entry", "is not before time")
    rows = Rows(at, flags, entered, levels.astype(float), None, weight, None)
    if strata is None:
        return rows
    return rows._replace(stratum=codes_of(data, strata, "strata", rows))


def codes_of(data: Any, given: Any, what: str, rows: Rows) -> NDArray[np.integer]:
    """Codes 0, 1, ... of a grouping: a column, several, or an array."""
    is_several = isinstance(given, list) and isinstance(given[0], str)
    is_several = isinstance(given, tuple) or (is_several and given[0] in data)
    names = list(given) if is_several else [given]
    code = np.zeros(rows.time.size, np.int64)
    for name in names:
        column = coded(_column(data, name), _label(name, what), is_group=True)
        if column.code.size != rows.time.size:
            raise ValueError(f"{what}: need one value for each row")
        code = code * column.levels.size + column.code
        if len(names) > 1:
            code = np.unique(code, return_inverse=True)[1]
    return code


def _label(given: Any, what: str) -> str:
    return given if isinstance(given, str) else what


def _column(data: Any, given: Any) -> Any:
    if not isinstance(given, str):
        return given
    if given not in data:
        names = ", ".join(map(str, data))
        raise ValueError(f"{given}: no such column; there are {names}")
    return data[given]


def _numbers(data: Any, given: Any, what: str, n: int | None) -> NDArray[Any]:
    """Numbers of a column, none missing; `n` of them if that is known."""
    label = _label(given, what)
    values = np.asarray(_column(data, given))
    if values.dtype.kind == "O":
        try:
            values = values.astype(float)
        except (TypeError, ValueError) as error:
            raise ValueError(f"{label}: not all values are numbers: {error}") from error
    if values.ndim != 1 or values.dtype.kind not in "biuf":
        raise ValueError(f"{label}: need one number for each row")
    if n is not None and values.size != n:
        raise ValueError(f"{label}: {values.size} values for {n} rows")
    if values.dtype.kind == "f":
        _refuse(~np.isfinite(values), label, "is missing or infinite")
    return values


def _refuse(bad: NDArray, label: str, words: str) -> None:
    if bad.any():
        first = int(np.argmax(bad))
        raise ValueError(
            f"{label}: {words} in {int(bad.sum())} of {bad.size} rows, first in row"
            f" {first} (counted from 0)"
        )
