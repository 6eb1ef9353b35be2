"""Run every check on a print."""

from collections.abc import Callable, Sequence
from pathlib import Path

from oncohort.audit import counts, estimates, places
from oncohort.audit.printed import Cell, Figure, Flag, cells, read_print


def audit(path: Path) -> list[Flag]:
    """Printed figures of a paper that cannot be right, in the order of the print.

    Checks: share against n/N; P against counts (chi-square, Yates, Fisher: any of
    them); levels, arms and populations against their sums; ratio, limits and P against
    each other; estimates inside their limits; one figure in two places; a subgroup
    that keeps the whole's denominator; patients equal to the sum of events.

    Parameters
    ----------
    path : Path
        CSV with a row per printed figure: `id, population, arm, quantity, value,
        denominator` (see `audit.printed`), the rows of a table in their order.

    Raises
    ------
    ConfigError
        If the file is no such CSV.

    References
    ----------
    Brown NJL, Heathers JAJ (2017). Social Psychological and Personality Science
    8:363-369 (GRIM). Nuijten MB et al. (2016). Behavior Research Methods 48:1205-1226.
    """
    figures = read_print(path)
    found = _within_cells(figures)
    sizes = places.sizes_of(figures)
    found += places.size_flags(figures)
    found += places.repeat_flags(figures, found)
    found += places.denominator_flags(figures, sizes)
    found += places.event_flags(figures)
    found += places.total_flags(figures, sizes, found)
    order = {figure.id: figure.line for figure in figures}
    return sorted(dict.fromkeys(found), key=lambda flag: order[flag.result_id])


def show_audit(path: Path, say: Callable[[str], None] = print) -> None:
    """Say what `audit` flags: a line per figure, id, check and reason."""
    flags = audit(path)
    widths = [max(map(len, each)) for each in zip(*flags, strict=True)][:2]
    for flag in flags:
        shown = [cell.ljust(width) for cell, width in zip(flag, widths, strict=False)]
        say("  ".join([*shown, flag.reason]))
    say(f"{len(flags)} printed figures flagged" if flags else "nothing flagged")


def _within_cells(figures: Sequence[Figure]) -> list[Flag]:
    """Flags from figures that stand together in one place."""
    rows: list[Cell] = list(cells(figures))
    tables: dict[tuple[str, str], list[Cell]] = {}
    for cell in rows:
        if counts.arms_of(cell):
            one = next(iter(cell.values()))
            tables.setdefault((one.place, one.population), []).append(cell)
    blocks = [block for table in tables.values() for block in counts.find_blocks(table)]
    meant: counts.Meant = {}
    repeats: counts.Repeats = {}
    for one, other in places.repeated(figures):
        repeats.setdefault(one.id, set()).add(other.number)
        repeats.setdefault(other.id, set()).add(one.number)
    found = [
        flag
        for cell in rows
        for flag in counts.percent_flags(cell, blocks, repeats, meant)
    ]
    found += [flag for cell in rows for flag in counts.p_flags(cell, meant)]
    found += [flag for block in blocks for flag in counts.sum_flags(block, meant)]
    found += [flag for cell in rows for flag in estimates.estimate_flags(cell)]
    return found
