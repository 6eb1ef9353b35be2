"""Where a table's header stands: titles and comments above, odd rows below."""

import re
from collections import Counter
from dataclasses import dataclass, field

from oncohort.onboard.column_profile import date_forms, is_null_word, plain
from oncohort.onboard.known_names import tokens

_LOOKED_AT = 40
TOTALS = re.compile(
    r"(grand )?totals?|sub-?totals?|sum|summe|gesamt|total general|count|"
    r"合计|总计|小计|共计|总数|end of (file|report)|n ?=.*",
    re.I,
)


@dataclass
class Header:
    """The header's rows (positions), the first row of data, and further names."""

    first: int = 0
    n_rows: int = 1
    data: int = 1
    names: list[str] = field(default_factory=list)
    labels: list[list[str]] = field(default_factory=list)


def find_header(rows: list[list[str]]) -> Header:
    """Return where the header is; `rows` are the file's first rows, as sent."""
    width = _width(rows)
    found = Header()
    comments = [i for i, row in enumerate(rows[:_LOOKED_AT]) if _is_comment(row)]
    plausible = [
        i
        for i, row in enumerate(rows[:_LOOKED_AT])
        if i not in comments and _looks_like_names(row, width)
    ]
    found.first = plausible[0] if plausible else 0
    if len(comments) == 1 and comments[0] == found.first - 1 and found.first < 3:
        # `#CHROM POS ...`: the comment is the header if its row below is data
        if _has_values(rows[found.first]) and len(rows[comments[0]]) == width:
            found.first = comments[0]
    extra = found.first + 1
    groups = found.first - 1
    if groups >= 0 and groups not in comments and _is_group_row(rows, groups):
        found.first = groups
    while extra < len(rows) - 1 and extra < found.first + 5:
        if not _is_header_like(rows, extra, found.first):
            break
        extra += 1
    found.data = extra
    _name(found, rows, width)
    above = [rows[i] for i in comments if i < found.first]
    below = rows[found.first + found.n_rows : found.data]
    found.labels = [
        [row[c].lstrip("#").strip() for row in [*above, *below] if c < len(row)]
        for c in range(len(found.names))
    ]
    return found


def _width(rows: list[list[str]]) -> int:
    sizes = Counter(sum(1 for cell in row if cell.strip()) for row in rows if row)
    sizes.pop(0, None)
    common = [size for size, n in sizes.items() if n >= 0.02 * len(rows)]
    return max(common, default=1)


def _is_comment(row: list[str]) -> bool:
    return bool(row) and row[0].lstrip().startswith("#")


def _is_group_row(rows: list[list[str]], at: int) -> bool:
    """Return whether a row names groups of the columns below it, as merged cells do."""
    cells = [cell.strip() for cell in rows[at] if cell.strip()]
    below = [cell for cell in rows[at + 1] if cell.strip()]
    is_short = all(len(c) <= 30 and not re.search(r"[:：\d]", c) for c in cells)
    return 2 <= len(cells) < len(below) and is_short


def _is_typed(cell: str) -> bool:
    text = plain(cell)
    if re.fullmatch(r"[-+]?[\d.,]*\d[\d.,]*%?", text):
        return True
    return bool(date_forms(Counter([text])).n_dates)


def _has_values(row: list[str]) -> bool:
    return any(_is_typed(cell) for cell in row)


def _looks_like_names(row: list[str], width: int) -> bool:
    cells = [cell.strip() for cell in row if cell.strip()]
    typed = sum(_is_typed(cell) for cell in cells)
    return (
        len(cells) >= max(0.5 * width, min(width, 2))
        and typed <= 0.1 * len(cells)
        and len(set(cells)) >= 0.5 * len(cells)
        and sum(map(is_null_word, cells)) <= 0.2 * len(cells)
    )


def _is_header_like(rows: list[list[str]], at: int, header: int) -> bool:
    """Return whether a row below the header still names columns.

    Its cells occur nowhere below, and are not of the kind their columns hold.
    """
    row, below = rows[at], rows[at + 1 : at + 200]
    filled = [c for c, cell in enumerate(row) if cell.strip()]
    if len(filled) < 0.5 * len([c for c in rows[header] if c.strip()]):
        # the lower row of two: it fills what the upper, merged one leaves blank
        blanks = [c for c, cell in enumerate(rows[header]) if not cell.strip()]
        if not filled or len(set(blanks) & set(filled)) < 0.5 * len(filled):
            return False
    seen = [{r[c] for r in below if c < len(r)} for c in range(len(row))]
    recurring = sum(row[c] in seen[c] for c in filled) / len(filled) if filled else 1
    if recurring > 0.1 or sum(_is_typed(row[c]) for c in filled) > 0.1 * len(filled):
        return False
    names = {" ".join(tokens(cell)) for cell in rows[header]}
    if sum(" ".join(tokens(row[c])) in names for c in filled) >= 0.3 * len(filled):
        return True
    typed = [c for c in filled if _typed_share(below, c) >= 0.6]
    if len(typed) >= max(1, 0.15 * len(filled)):
        return not any(_is_typed(row[c]) for c in typed)
    return _recurrence(rows[at + 1 : at + 60]) >= 0.4


def _typed_share(rows: list[list[str]], column: int) -> float:
    cells = [r[column] for r in rows[:60] if column < len(r) and r[column].strip()]
    cells = [cell for cell in cells if not is_null_word(cell)]
    return sum(map(_is_typed, cells)) / len(cells) if cells else 0.0


def _recurrence(rows: list[list[str]]) -> float:
    """Return the share of cells that stand in their column at least twice."""
    n_cells = n_twice = 0
    for column in range(max(map(len, rows), default=0)):
        cells = Counter(r[column] for r in rows if column < len(r) and r[column])
        n_cells += sum(cells.values())
        n_twice += sum(n for n in cells.values() if n > 1)
    return n_twice / n_cells if n_cells else 0.0


def _name(found: Header, rows: list[list[str]], width: int) -> None:
    """Set the names: of one row, or of two that only together tell columns apart."""
    top = rows[found.first] if rows else []
    names = [cell.strip() for cell in top]
    filled = [name for name in names if name]
    is_partial = len(filled) < 0.9 * width or len(set(filled)) < len(filled)
    if is_partial and found.data - found.first > 1:
        found.n_rows = 2
        lower = rows[found.first + 1]
        upper, names = "", []
        for c in range(max(len(top), len(lower))):
            upper = (top[c].strip() if c < len(top) else "") or upper
            last = lower[c].strip() if c < len(lower) else ""
            names.append(" ".join(filter(None, [upper, last])))
    found.names = names
