"""The one check of what all survival estimators are given."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

# looked for one after the other up to this many groups, by sorting beyond
FEW_GROUPS = 12


def checked(
    time: ArrayLike, event: ArrayLike
) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Times as they are and events as booleans, or a ValueError in words.

    Both have shape (n_patients,); times are 0 or more, events 0 or 1, none missing.
    """
    times, flags = numbers(time, "time"), numbers(event, "event")
    if times.ndim != 1 or times.shape != flags.shape:
        raise ValueError("need one time and one event flag for each patient")
    if times.size == 0:
        raise ValueError("no patient: time is empty")
    if not (times.min() >= 0 and times.max() < np.inf):
        raise ValueError("time must be 0 or more and finite, none missing")
    events = flags.astype(bool)
    # comparing is what catches 2, 0.5 and nan
    if flags.dtype != bool and not (flags == events).all():
        raise ValueError("event must be 0 or 1 (or a boolean), none missing")
    return times, events


def checked_entry(entry: ArrayLike | None, times: NDArray) -> NDArray | None:
    """Times of entry, each before the time of leaving; None: all from the start."""
    if entry is None:
        return None
    entries = numbers(entry, "entry")
    if entries.shape != times.shape:
        raise ValueError("need one entry for each patient")
    wrong = ~((entries < times) & (entries > -np.inf))
    if wrong.any():
        at = int(np.argmax(wrong))
        raise ValueError(
            f"entry must be known and before time: row {at} enters at {entries[at]}"
            f" and leaves at {times[at]} ({int(wrong.sum())} such rows)"
        )
    return entries


def checked_weights(weights: ArrayLike | None, times: NDArray) -> NDArray | None:
    """Weights, 0 or more and not all 0; whole numbers come back as integers."""
    if weights is None:
        return None
    numeric = numbers(weights, "weights")
    if numeric.shape != times.shape:
        raise ValueError("need one weight for each patient")
    if not (numeric.min() >= 0 and 0 < numeric.max() < np.inf):
        raise ValueError("weights must be 0 or more, finite, none missing, not all 0")
    whole = numeric.astype(np.int64)
    return whole if (whole == numeric).all() else numeric.astype(float)


def coded(values: ArrayLike, shape: tuple[int, ...], name: str) -> tuple[list, NDArray]:
    """The different values in their order and the number of each patient's value."""
    found = np.asarray(values)
    if found.shape != shape:
        raise ValueError(f"need one {name} for each patient")
    if found.dtype == object:
        return _coded_objects(found.tolist(), name)
    missing = int((found != found).sum())
    if missing:
        raise ValueError(f"{name} is missing in {missing} rows")
    return codes_of(found)


def _coded_objects(values: list, name: str) -> tuple[list, NDArray]:
    """As `coded`; a look-up is faster than comparing objects one array at a time."""
    try:
        missing = {each for each in set(values) if each is None or each != each}
        names = sorted(set(values) - missing)
    except TypeError as error:  # pandas' NA, or words and numbers mixed
        raise ValueError(
            f"{name} must be of one kind, none missing: {error}"
        ) from error
    if missing:
        n = sum(each is None or each != each for each in values)
        raise ValueError(f"{name} is missing in {n} rows")
    number = {each: code for code, each in enumerate(names)}
    return names, np.fromiter(map(number.get, values), np.int64, len(values))


def codes_of(found: NDArray) -> tuple[list, NDArray]:
    """As `coded`, of an array without missing values."""
    names = _few(found)
    if names is None:
        unique, codes = np.unique(found, return_inverse=True)
        return unique.tolist(), codes
    codes = np.zeros(found.shape, dtype=np.int64)
    for number, each in enumerate(names[1:], 1):
        codes += number * (found == each)
    return names, codes


def pair(groups: list, reference: object) -> tuple[int, int]:
    """Numbers of the group and of its reference (the first) among two groups."""
    if len(groups) != 2:
        raise ValueError(f"two groups are compared, not {len(groups)}")
    if reference is not None and reference not in groups:
        raise ValueError(f"reference {reference!r} is none of the groups {groups}")
    other = 0 if reference is None else groups.index(reference)
    return 1 - other, other


def numbers(values: ArrayLike, name: str) -> NDArray:
    """Numbers or booleans, or a ValueError that names the argument."""
    found = np.asarray(values)
    if found.dtype.kind in "bif":
        return found
    try:
        return found.astype(np.int64 if found.dtype.kind == "u" else float)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must be numbers, none missing: {error}") from error


def _few(found: NDArray) -> list | None:
    """The different values in their order if they are few; spares a sort of all."""
    names: list[Any] = []
    rest = found
    while rest.size:
        if len(names) == FEW_GROUPS:
            return None
        names.append(rest[0])
        rest = rest[rest != rest[0]]
    plain = (each.item() if isinstance(each, np.generic) else each for each in names)
    return sorted(plain)
