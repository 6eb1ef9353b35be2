"""Which counts to hide so that no small one can be worked out from those shown.

Small counts are hidden (primary). Where the shown counts and the sums between them
leave a hidden count only one possible value, one more count is hidden (secondary),
until each hidden count has at least two. The reader is taken to know every sum, and
that no hidden count is 0.

References
----------
Hundepool A et al. (2012). Statistical Disclosure Control. Wiley: chapter 4.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np

# factor per count; factors times counts add up to 0
Balance = Mapping[str, int]
TRIES = 4


class Counts(NamedTuple):
    """Counts by name and the sums between them.

    `unshown` are counts that no table has but a sum may give, such as the patients of a
    total whom no row names.
    """

    values: dict[str, int]
    balances: list[dict[str, int]]
    unshown: set[str]


def suppressed(counts: Counts, threshold: int) -> set[str]:
    """Return the names of the counts to hide, none of `unshown` among them.

    Parameters
    ----------
    counts : Counts
        True values; each balance holds for them.
    threshold : int
        Counts from 1 to `threshold - 1` are small; 0 or 1 hides nothing.
    """
    small = {name for name, n in counts.values.items() if 0 < n < threshold}
    hidden, safe = small - counts.unshown, set()
    while True:
        near = _alone(counts, hidden, small)
        for group in () if near else _groups(counts, hidden):
            if group not in safe:
                fixed = _fixed(counts, group, hidden, small)
                if fixed:
                    near = {n for b in counts.balances if fixed & b.keys() for n in b}
                    break
                safe.add(group)
        if not near:
            return hidden
        hidden.add(_next(counts, near, hidden))


def _alone(counts: Counts, hidden: set[str], small: set[str]) -> set[str]:
    """Counts of a sum that shows all but one of them; empty if no sum does."""
    for balance in counts.balances:
        unknown = _unknown(counts, balance, hidden)
        if len(unknown) == 1 and (unknown[0] in hidden or unknown[0] in small):
            return set(balance)
    return set()


def _unknown(counts: Counts, balance: Balance, hidden: set[str]) -> list[str]:
    return [name for name in balance if name in hidden or name in counts.unshown]


def _groups(counts: Counts, hidden: set[str]) -> Iterable[frozenset[str]]:
    """Unknown counts that sums tie together."""
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while parent.setdefault(name, name) != name:
            name = parent[name]
        return name

    for balance in counts.balances:
        unknown = _unknown(counts, balance, hidden)
        for each in unknown:
            parent[root(each)] = root(unknown[0])
    found: dict[str, set[str]] = {}
    for name in parent:
        found.setdefault(root(name), set()).add(name)
    return [frozenset(group) for group in found.values() if group & hidden]


def _fixed(
    counts: Counts, group: frozenset[str], hidden: set[str], small: set[str]
) -> set[str]:
    """Counts of a group to protect that have one possible value only."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    names = sorted(group)
    true = np.array([counts.values[name] for name in names], dtype=float)
    rows = [balance for balance in counts.balances if group & balance.keys()]
    factors = np.array([[row.get(name, 0) for name in names] for row in rows])
    sums = LinearConstraint(factors, factors @ true, factors @ true)
    # far enough above for another value, if there is one
    most = 4 * max(counts.values.values()) + 10
    bounds = Bounds([float(name in hidden) for name in names], most)
    open_ones = {n for n, name in enumerate(names) if name in hidden | small}

    def decide(weights: np.ndarray) -> None:
        found = milp(weights, constraints=sums, bounds=bounds, integrality=1)
        if found.x is not None:
            moved = np.abs(found.x - true) > 0.5
            open_ones.difference_update(np.flatnonzero(moved))

    random = np.random.default_rng(1)
    for _ in range(TRIES):
        if open_ones:
            decide(random.uniform(-1, 1, len(names)))
    fixed = set()
    for number in sorted(open_ones):
        for sign in (1, -1):
            if number in open_ones:
                decide(sign * np.eye(len(names))[number])
        if number in open_ones:
            fixed.add(names[number])
    return fixed


def _next(counts: Counts, near: set[str], hidden: set[str]) -> str:
    """The count to hide next: small, and alone in few other sums; never a 0.

    If nothing near is left to hide, any other; once all are hidden, twice the true
    counts fit every sum as well, so this ends.
    """
    n_sums: Counter[str] = Counter()
    for balance in counts.balances:
        is_all_shown = not _unknown(counts, balance, hidden)
        n_sums.update({name: 1 + 10 * is_all_shown for name in balance})
    taken = hidden | counts.unshown
    costs = [
        (n_sums[name] * counts.values[name], name)
        for name in n_sums
        if counts.values[name] and name not in taken
    ]
    return min([cost for cost in costs if cost[1] in near] or costs)[-1]
