"""No hidden count can be worked out: held against linear programs of the reader's own.

The reader sees the table with its margins, knows which cells are hidden and that none
of them is 0. The check builds his equations from the shape of the table, not from the
module's balances, and asks a linear program how low and how high each cell can be.
"""

import math
from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from oncohort.masking.suppression import Counts, suppressed

THRESHOLD = 5


def table_counts(table: np.ndarray) -> tuple[Counts, dict[str, int], list[list[str]]]:
    """Cells of a table of any shape with all its margins: `*` stands for a sum."""
    values: dict[str, int] = {}
    axes = [[*map(str, range(size)), "*"] for size in table.shape]
    for place in product(*axes):
        index = tuple(slice(None) if p == "*" else int(p) for p in place)
        values["/".join(place)] = int(table[index].sum())
    sums = []
    for place in product(*axes):
        for axis, size in enumerate(table.shape):
            if place[axis] == "*":
                parts = [
                    (*place[:axis], str(n), *place[axis + 1 :]) for n in range(size)
                ]
                sums.append(["/".join(each) for each in (place, *parts)])
    balances = [{total: 1, **dict.fromkeys(parts, -1)} for total, *parts in sums]
    return Counts(dict(values), balances, set()), values, sums


def possible(
    name: str, hidden: set[str], values: dict[str, int], sums: list[list[str]]
) -> tuple[float, float]:
    """Lowest and highest value of a hidden cell that all shown cells allow."""
    unknown = sorted(hidden)
    rows, rhs = [], []
    for total, *parts in sums:
        signs = {total: 1.0, **dict.fromkeys(parts, -1.0)}
        rows.append([signs.get(each, 0.0) for each in unknown])
        rhs.append(-sum(s * values[n] for n, s in signs.items() if n not in hidden))
    ends = []
    for sign in (1, -1):
        cost = [sign * float(each == name) for each in unknown]
        found = linprog(cost, A_eq=rows, b_eq=rhs, bounds=(1, None))
        # 3: unbounded, and only above
        ends.append(sign * found.fun if found.status != 3 else 1e9)
    return ends[0], ends[1]


def check(table: np.ndarray) -> set[str]:
    counts, values, sums = table_counts(table)
    hidden = suppressed(counts, THRESHOLD)
    small = {name for name, n in values.items() if 0 < n < THRESHOLD}
    assert small <= hidden
    assert all(values[name] for name in hidden), "a 0 says nothing of anybody"
    for name in hidden:
        low, high = possible(name, hidden, values, sums)
        assert math.floor(high + 1e-6) - math.ceil(low - 1e-6) >= 1, (name, low, high)
    return hidden


cells = st.one_of(st.integers(0, 6), st.integers(0, 60))


@settings(max_examples=60, deadline=None)
@given(st.data(), st.integers(2, 5), st.integers(2, 4))
def test_no_cell_of_a_table_with_margins_is_solved(data, n_rows, n_columns):
    drawn = data.draw(
        st.lists(cells, min_size=n_rows * n_columns, max_size=n_rows * n_columns)
    )
    check(np.array(drawn).reshape(n_rows, n_columns))


@settings(max_examples=25, deadline=None)
@given(st.lists(cells, min_size=12, max_size=12))
def test_nor_of_a_table_per_site_with_all_margins(drawn):
    check(np.array(drawn).reshape(2, 3, 2))


def test_two_small_cells_that_add_up_to_two_take_more_with_them():
    # 1 + 1 = 2 leaves no choice, for no hidden cell is 0: the total goes as well
    counts = Counts(
        {"a": 1, "b": 1, "total": 2, "c": 40, "all": 42},
        [{"total": 1, "a": -1, "b": -1}, {"all": 1, "total": -1, "c": -1}],
        set(),
    )
    assert suppressed(counts, THRESHOLD) == {"a", "b", "total", "c"}


def test_what_no_row_shows_is_protected_too():
    """The patients of a total whom no row names are a count as well."""
    values = {"total": 90, "yes": 87, "no": 3}
    counts = Counts(values, [{"total": 1, "yes": -1, "no": -1}], {"no"})
    assert suppressed(counts, THRESHOLD) == {"yes"}


def test_a_table_without_small_counts_stays_whole():
    assert check(np.full((3, 3), 20)) == set()
    assert check(np.zeros((2, 2), dtype=int)) == set()


def test_hides_no_more_than_a_rectangle_around_one_small_cell():
    table = np.full((4, 4), 30)
    table[1, 2] = 3
    assert len(check(table)) == 4
