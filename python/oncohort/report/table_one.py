"""Rows of a baseline table for the page."""

from functools import partial
from typing import Any, NamedTuple

from oncohort.analysis.baseline_table import UNKNOWN
from oncohort.analysis.plan import Analysis, Plan, Variable
from oncohort.report.numbers import Numbers


class TableRow(NamedTuple):
    """One row: a heading (`cells` empty) or a category; ids of results, or ''."""

    label: str
    is_heading: bool
    is_indented: bool
    note: int | None
    cells: tuple[tuple[str, str], ...]
    p_value: str
    p_value_known: str
    smd: str


def table_rows(
    plan: Plan, analysis: Analysis, numbers: Numbers
) -> tuple[list[TableRow], list[str]]:
    """Rows and footnotes of a baseline table.

    Parameters
    ----------
    plan, analysis : Plan, Analysis
        Arms and variables.
    numbers : Numbers
        Results.

    Returns
    -------
    tuple of list of TableRow and list of str
        Rows in the plan's order, and notes of variables, numbered from 1 in the rows.
    """
    rows: list[TableRow] = []
    notes: list[str] = []
    block: str | None = None
    for variable in analysis.variables:
        if variable.note:
            notes.append(variable.note)
        if variable.block and variable.block != block:
            rows.append(_heading(variable.block, None, "", ""))
        block = variable.block
        note = len(notes) if variable.note else None
        rows.extend(_variable_rows(plan, analysis, variable, numbers, note))
    return rows, notes


def _variable_rows(
    plan: Plan,
    analysis: Analysis,
    variable: Variable,
    numbers: Numbers,
    note: int | None,
) -> list[TableRow]:
    """Rows of one variable: one for a single level, else a heading and its levels."""
    key = partial(numbers.key, analysis, variable=variable.column)
    known, smd = key("p_value_known"), key("smd")
    levels = _levels(analysis, variable, numbers)
    is_single = len(levels) == 1
    rows = [] if is_single else [_heading(variable.label, note, known, smd)]
    for number, (level, label) in enumerate(levels):
        # of two rows the second has the same P as the first
        has_p = not (len(levels) == 2 and number == 1)
        row = TableRow(
            label=label,
            is_heading=False,
            is_indented=bool(variable.block) or not is_single,
            note=note if is_single else None,
            cells=tuple(
                (
                    key("n", level=level, arm=arm.id),
                    key("percent", level=level, arm=arm.id),
                )
                for arm in plan.arms
            ),
            p_value=key("p_value", level=level) if has_p else "",
            p_value_known=known if is_single else "",
            smd=smd if is_single else "",
        )
        rows.append(row)
    return rows


def _heading(label: str, note: int | None, known: str, smd: str) -> TableRow:
    return TableRow(label, True, False, note, (), "", known, smd)


def _levels(
    analysis: Analysis, variable: Variable, numbers: Numbers
) -> list[tuple[str, str]]:
    """Ids and labels of the rows, and a row for the unknown where there are any."""
    levels = [(level.id, level.label) for level in variable.levels]
    place: dict[str, Any] = {"variable": variable.column, "level": UNKNOWN}
    has_unknown = numbers.key(analysis, "n", **place) in numbers.results
    if has_unknown and UNKNOWN not in dict(levels):
        levels.append((UNKNOWN, "Unknown"))
    return levels
