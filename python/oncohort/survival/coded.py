"""Columns as small integer codes: what makes one pass over a million rows cheap."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

SAMPLE = 1000
DECIMALS = (1.0, 10.0, 100.0, 1000.0)


class Coded(NamedTuple):
    """A column of shape (n,): `code` points into the ascending `levels`.

    `code` is None for a continuous column, whose values then are `levels` themselves.
    Levels may include values that nobody has; `is_factor` tells words from numbers.
    """

    code: NDArray[np.integer] | None
    levels: NDArray[Any]
    is_factor: bool = False

    def values(self) -> NDArray[Any]:
        """Value of each row."""
        return self.levels if self.code is None else self.levels[self.code]

    def present(self) -> "Coded":
        """Return the same column with the levels that somebody has, each once."""
        if self.code is None:
            levels, code = np.unique(self.levels, return_inverse=True)
            return Coded(code, levels, self.is_factor)
        seen = np.bincount(self.code, minlength=self.levels.size) > 0
        if seen.all():
            return self
        return Coded(
            (np.cumsum(seen) - 1)[self.code], self.levels[seen], self.is_factor
        )


def coded(column: Any, name: str, *, is_group: bool = False) -> Coded:
    """Code a column; `is_group` asks for codes whatever its values are.

    Whole numbers and numbers to at most three decimals are coded without sorting;
    words and categories become factors. ValueError if a value is missing.
    """
    if getattr(column, "ndim", 1) != 1:
        raise ValueError(f"{name}: need one value for each row")
    categories = getattr(getattr(column, "dtype", None), "categories", None)
    if categories is not None:
        codes = getattr(column, "cat", column).codes
        return _complete(np.asarray(codes), np.asarray(categories), name)
    values = _plain(column, name)
    if values.dtype.kind not in "biuf":
        import pandas as pd

        code, levels = pd.factorize(values, sort=True)
        return _complete(code, np.asarray(levels), name)
    found = _on_a_grid(values)
    if found is None and values.dtype.kind == "f" and not np.isfinite(values).all():
        n_bad = int((~np.isfinite(values)).sum())
        raise ValueError(
            f"{name}: {n_bad} of {values.size} values are missing or infinite; leave"
            " these rows out or fill them in first"
        )
    if found is None:
        found = Coded(None, values)
    return found.present() if is_group else found


def _plain(column: Any, name: str) -> NDArray[Any]:
    """Column as a numpy array of numbers or objects."""
    values = np.asarray(column)
    if values.dtype.kind != "O" or not values.size:
        return values
    import pandas as pd

    missing = int(pd.isna(values).sum())
    if missing:
        raise ValueError(
            f"{name}: {missing} of {values.size} values are missing; leave these rows"
            " out or fill them in first"
        )
    if hasattr(column, "dtype") and column.dtype.kind in "biuf":
        return values.astype(column.dtype.numpy_dtype)  # pandas' nullable numbers
    kinds = {type(value) for value in values[:SAMPLE]}
    if all(
        issubclass(kind, bool | int | float | np.number | np.bool_) for kind in kinds
    ):
        try:
            return values.astype(float)
        except (TypeError, ValueError):
            return values
    return values


def _complete(code: NDArray, levels: NDArray, name: str) -> Coded:
    missing = int((code < 0).sum())
    if missing:
        raise ValueError(
            f"{name}: {missing} of {code.size} values are missing; leave these rows"
            " out or fill them in first"
        )
    return Coded(code, levels, is_factor=True).present()


def _on_a_grid(values: NDArray) -> Coded | None:
    """Codes without a sort, if the values are multiples of 1, 0.1, 0.01 or 0.001."""
    if values.dtype.kind == "b":
        return Coded(values.view(np.int8), np.array([0, 1]))
    limit = max(4096, 2 * values.size)
    if not values.size:
        return None
    if values.dtype.kind in "iu":
        low, high = int(values.min()), int(values.max())
        if high - low >= limit:
            return None
        wide = values.astype(np.int64, copy=False)  # int8 has no room for a difference
        return Coded(_small(wide - low, high - low), np.arange(low, high + 1))
    for scale in DECIMALS:
        if not _fits(values[:SAMPLE], scale):
            continue
        whole = np.rint(values * scale) if scale != 1 else np.rint(values)
        if not np.array_equal(whole / scale, values):
            continue
        low, high = whole.min(), whole.max()
        if not np.isfinite(whole[0]) or high - low >= limit:
            return None
        whole -= low
        return Coded(_small(whole, high - low), np.arange(low, high + 1) / scale)
    return None


def _fits(values: NDArray, scale: float) -> bool:
    with np.errstate(over="ignore", invalid="ignore"):
        return np.array_equal(np.rint(values * scale) / scale, values)


def _small(code: NDArray, largest: float) -> NDArray:
    return code.astype(np.uint16 if largest < 65536 else np.int32)
