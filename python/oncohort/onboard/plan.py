"""What the draft says of each file, and what it leaves for a person."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from oncohort.contract import extract_tables
from oncohort.onboard.column_profile import MOSTLY, Column, settle
from oncohort.onboard.look import Look
from oncohort.onboard.match_tables import Entry
from oncohort.onboard.scores import Pair

_ISO = {"%Y-%m-%d", "%Y-%m", "%Y"}
_ANCHOR = "2000-01-01"


@dataclass
class Plan:
    """One look with the tables it feeds; `dates` are the file's formats.

    `own_dates` has the formats of columns that differ from the file's.
    """

    look: Look
    entries: list[Entry]
    dates: list[str] = field(default_factory=list)
    own_dates: dict[str, list[str]] = field(default_factory=dict)
    conditions: dict[int, list[tuple[str, list[str] | None]]] = field(
        default_factory=dict
    )
    left: list[str] = field(default_factory=list)

    def pairs(self) -> Iterator[tuple[Entry, str, Pair]]:
        """Yield every contract column that a source column feeds."""
        for entry in self.entries:
            for name, pair in entry.pairs.items():
                yield entry, name, pair


def set_formats(plan: Plan) -> None:
    """Settle the dates and the decimals of a plan, as far as its values tell."""
    _set_dates(plan)
    _set_decimal(plan)


def _date_columns(plan: Plan) -> dict[str, Column]:
    return {
        pair.column.source: pair.column
        for entry, name, pair in plan.pairs()
        if name in extract_tables()[entry.table].dates
    }


def _set_dates(plan: Plan) -> None:
    columns = _date_columns(plan)
    numbers = {
        source: column
        for source, column in columns.items()
        if column.n_values and column.integer_share >= MOSTLY
        and (column.date_share < MOSTLY or _is_offset_name(column))
    }  # fmt: skip
    if numbers:
        _set_numeric(plan, numbers, columns)
    if plan.look.raw.settings.get("date_basis") == "offset":
        return
    pooled = [c.dates for c in columns.values() if c.source not in numbers]
    # a day above 12 in any column of the file tells how its other columns are written
    day = sum(forms.day_first for forms in pooled)
    month = sum(forms.month_first for forms in pooled)
    for source, column in columns.items():
        if source not in numbers:
            _settle_dates(plan, source, column, (day, month))
    _share_formats(plan, {s: c for s, c in columns.items() if s not in numbers})


def _settle_dates(
    plan: Plan, source: str, column: Column, evidence: tuple[int, int]
) -> None:
    """Settle one column's formats by the file's evidence, or leave them open."""
    forms = column.dates
    if forms.undecided and not forms.is_mixed and settle(forms, *evidence):
        plan.left.append(
            f"dates of `{source}`: day and month as in the file's other dates; no "
            f"value of its own says so ({' '.join(forms.formats)})"
        )
    if forms.undecided:
        both = "both orders occur" if forms.is_mixed else "no value tells"
        which, more = "day/month or month/day", ""
        if forms.has_short_year:
            which, more = "day, month or year first", " and `year_pivot`"
        plan.left.append(
            f"dates of `{source}`: {which}? {both}, such as "
            f"{_shown_date(forms.example, column, plan)}; add `dates`{more}"
        )
    short = [one for one in forms.formats if "%y" in one]
    if short:
        plan.left.append(
            f"dates of `{source}` have two-digit years: add `year_pivot` and "
            f"`dates: [{', '.join(short)}]`"
        )
        forms.formats = [one for one in forms.formats if "%y" not in one]


def _shown_date(example: str, column: Column, plan: Plan) -> str:
    quasi = any(
        extract_tables()[e.table].column(n).quasi_identifying
        for e, n, p in plan.pairs()
        if p.column.source == column.source
    )
    return "99/99/9999" if quasi else f"`{example}`"


def _is_offset_name(column: Column) -> bool:
    names = " ".join([column.name, *column.labels]).lower()
    return bool(re.search(r"days?[ _]?(to|from|since)|(to|from)[ _]?days?|天数", names))


def _set_numeric(
    plan: Plan, numbers: dict[str, Column], columns: dict[str, Column]
) -> None:
    """Settle whole numbers in date columns: a spreadsheet's serials, or days."""
    serial = {}
    for source, column in numbers.items():
        days = [int(float(v)) for v in column.counts if re.fullmatch(r"[-+]?\d+", v)]
        if days and min(days) > 10_000 and max(days) < 80_000:
            serial[source] = column
    if len(serial) == len(numbers):
        for source in serial:
            plan.own_dates[source] = ["excel-1900"]
        plan.left.append(
            f"serial numbers of a spreadsheet in {_listed(serial)}: read by the epoch "
            "of 1900; if they come out four years early, say excel-1904"
        )
        return
    plan.look.raw.set("date_basis", "offset", "whole numbers: days, not dates")
    plan.look.raw.set(
        "anchor", _ANCHOR, "any day will do for intervals; years are not real"
    )
    plan.left.append(
        f"days instead of dates in {_listed(numbers)}: counted from {_ANCHOR}; say "
        "what day 0 is"
    )
    for source, column in columns.items():
        if source not in numbers and column.n_values:
            plan.left.append(
                f"`{source}` holds dates among days: it will be unreadable"
            )


def _listed(names) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _share_formats(plan: Plan, columns: dict[str, Column]) -> None:
    """Set the file's formats; columns that contradict each other get their own."""
    formats = [one for column in columns.values() for one in column.dates.formats]
    shared = list(dict.fromkeys(formats))
    kinds = {re.sub("%[dm]", "%?", one) for one in shared}
    if len(kinds) == len(shared):
        plan.dates = shared if set(shared) - _ISO else []
    else:
        plan.own_dates |= {
            source: column.dates.formats
            for source, column in columns.items()
            if set(column.dates.formats) - _ISO
        }


def _set_decimal(plan: Plan) -> None:
    n_all = n_unclear = 0
    for entry, name, pair in plan.pairs():
        if name in extract_tables()[entry.table].numbers:
            hits, unclear = pair.column.decimal_commas
            n_all, n_unclear = n_all + hits, n_unclear + unclear
    if n_all > n_unclear:
        plan.look.raw.set("decimal", ",", f"{n_all} numbers have a decimal comma")
    elif n_all:
        plan.left.append(
            f"{n_all} numbers such as 1,234 may be thousands or decimals: add `decimal`"
        )
