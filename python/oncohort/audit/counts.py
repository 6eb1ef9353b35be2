"""Counts, shares and the P values of their tables: which of them cannot be right."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import product
from math import ceil, floor
from types import MappingProxyType

from oncohort.audit.printed import BOTH, Cell, Figure, Flag

# counts that were meant where the printed one is wrong, by cell and arm
Meant = dict[tuple[int, str], int]
# numbers that other places print for a figure, by its id
Repeats = dict[str, set[Fraction]]
# runs of a table's rows that may be the levels of one variable
LONGEST_BLOCK = 6
SHARED_LETTERS = 3


def implied(share: Figure) -> list[int]:
    """Counts that print as this share of its denominator."""
    size = share.denominator
    low = ceil((share.number - share.half_step) * size / 100)
    high = floor((share.number + share.half_step) * size / 100)
    return list(range(max(low, 0), min(high, size) + 1))


def arms_of(cell: Cell) -> list[str]:
    """Arms with a count or a share and the number it is out of."""
    return [
        arm
        for arm in dict.fromkeys(arm for arm, _ in cell if arm != BOTH)
        if any(
            figure and figure.denominator
            for figure in (cell.get((arm, "n")), cell.get((arm, "pct")))
        )
    ]


def possible(cell: Cell, arm: str, meant: Meant = MappingProxyType({})) -> list[int]:
    """Return the printed count (or what was meant), or those the share allows."""
    count, share = cell.get((arm, "n")), cell.get((arm, "pct"))
    if (id(cell), arm) in meant:
        return [meant[id(cell), arm]]
    if count is not None:
        return [int(count.number)]
    return implied(share) if share.denominator else []


def size_of(cell: Cell, arm: str) -> int:
    """Return the denominator of an arm's count or share."""
    figures = (cell.get((arm, "n")), cell.get((arm, "pct")))
    return next(each.denominator for each in figures if each and each.denominator)


def p_values(counts: Iterable[int], sizes: Iterable[int]) -> list[float]:
    """P of the three usual tests of k shares: chi-square, with Yates, Fisher."""
    from oncohort.rates import chi_square, fisher_exact

    table = [[n, size - n] for n, size in zip(counts, sizes, strict=True)]
    if (
        not all(map(any, zip(*table, strict=True)))
        or min(min(row) for row in table) < 0
    ):
        return []
    found = [chi_square(table).p_value]
    if len(table) == 2:
        found.append(chi_square(table, correction=True).p_value)
        found.append(fisher_exact(table).p_value)
    return found


def reproduces(cell: Cell, meant: Meant = MappingProxyType({})) -> bool | None:
    """Whether a cell's counts give its P by any test; None where nobody can tell."""
    p_value, arms = cell.get((BOTH, "p_value")), arms_of(cell)
    if p_value is None or len(arms) < 2:
        return None
    options = [possible(cell, arm, meant) for arm in arms]
    sizes = [size_of(cell, arm) for arm in arms]
    tested = [p for counts in product(*options) for p in p_values(counts, sizes)]
    return any(map(p_value.agrees, tested)) if tested else None


def percent_flags(
    cell: Cell, blocks: list[list[Cell]], repeats: Repeats, meant: Meant
) -> Iterator[Flag]:
    """Shares that are not n/N.

    The count is wrong if its P, a sum or another place speaks for the share. What it
    must have been is put into `meant`, for the checks that follow.
    """
    for arm in arms_of(cell):
        count, share = cell.get((arm, "n")), cell.get((arm, "pct"))
        if share is None or not share.denominator:
            continue
        allowed = implied(share)
        if count is None and not allowed:
            reason = f"no count out of {share.denominator} is {share.printed}%"
            yield Flag(share.id, "percent", reason)
        if count is None or int(count.number) in allowed:
            continue
        n, exact = int(count.number), 100 * count.number / share.denominator
        reason = f"{n}/{share.denominator} is {float(exact):.2f}%, not {share.printed}%"
        elsewhere = repeats.get(count.id, set())
        accused, kept = share, _support(cell, arm, n, blocks) + (n in elsewhere)
        for other in allowed:
            support = _support(cell, arm, other, blocks) + (other in elsewhere)
            if support > kept:
                accused, kept, meant[id(cell), arm] = count, support, other
        yield Flag(accused.id, "percent", reason)


def _support(cell: Cell, arm: str, n: int, blocks: list[list[Cell]]) -> int:
    """How much else in the print speaks for a count: its P, the sums it stands in."""
    own = [block for block in blocks if any(each is cell for each in block)]
    instead = {(id(cell), arm): n}
    sums = any(_total(block, arm, instead) == size_of(cell, arm) for block in own)
    return bool(reproduces(cell, instead)) + sums


def _total(block: list[Cell], arm: str, meant: Meant) -> int | None:
    if any((arm, "n") not in cell or arm not in arms_of(cell) for cell in block):
        return None
    return sum(possible(cell, arm, meant)[0] for cell in block)


def p_flags(cell: Cell, meant: Meant) -> Iterator[Flag]:
    """P values that neither chi-square, with or without Yates, nor Fisher gives."""
    if reproduces(cell, meant) is not False:
        return
    arms = arms_of(cell)
    counts = [possible(cell, arm, meant)[0] for arm in arms]
    sizes = [size_of(cell, arm) for arm in arms]
    table = " against ".join(
        f"{n}/{size}" for n, size in zip(counts, sizes, strict=True)
    )
    found = ", ".join(f"{p:.2g}" for p in p_values(counts, sizes))
    p_value = cell[BOTH, "p_value"]
    reason = f"{table} gives P {found} (chi-square, Yates, Fisher)"
    yield Flag(p_value.id, "P from counts", f"{reason}, not {p_value.printed}")


def find_blocks(rows: list[Cell]) -> list[list[Cell]]:
    """Runs of a table's rows that are the levels of one variable: they sum to N.

    In at least one arm exactly; the others are checked by `sum_flags`, if the rows
    share a name (a run of other rows may hit the sum by chance).
    """
    found = []
    for first, cell in enumerate(rows):
        for length in range(2, LONGEST_BLOCK + 1):
            run = rows[first : first + length]
            exact = [_total(run, a, {}) == size_of(cell, a) for a in arms_of(cell)]
            if len(run) == length and any(exact):
                if all(exact) or _share_a_name(run):
                    found.append(run)
    return found


def _share_a_name(run: list[Cell]) -> bool:
    figures = [next(iter(cell.values())) for cell in run]
    names = ["_".join(sorted(each.item)) for each in figures]
    starts = range(len(names[0]) - SHARED_LETTERS + 1)
    parts = {names[0][start : start + SHARED_LETTERS] for start in starts}
    return any(all(part in name for name in names) for part in parts)


def sum_flags(block: list[Cell], meant: Meant) -> Iterator[Flag]:
    """Levels whose counts do not sum to the arm; of them those that their P accuses."""
    for arm in arms_of(block[0]):
        total, size = _total(block, arm, meant), size_of(block[0], arm)
        if total in (None, size):
            continue
        accused = [cell for cell in block if reproduces(cell) is False]
        for cell in accused or block:
            reason = f"the levels sum to {total}, not {size}"
            yield Flag(cell[arm, "n"].id, "sum", reason)
