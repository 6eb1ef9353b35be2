"""Content of a page's sections: which numbers stand where, by their ids."""

from functools import partial
from pathlib import Path
from typing import Any

from oncohort.analysis.baseline_table import UNKNOWN
from oncohort.analysis.cohort_flow import slug
from oncohort.analysis.plan import Analysis, Plan, Variable
from oncohort.analysis.results import OVERALL
from oncohort.report.adjusted_section import adjusted_section
from oncohort.report.flow_figure import flow_on_page
from oncohort.report.incidence_figure import incidence_figure
from oncohort.report.km_figure import km_figure
from oncohort.report.marks_section import DRAWN, marks_section
from oncohort.report.multivariable_figure import multivariable_figure
from oncohort.report.numbers import Numbers
from oncohort.report.sensitivity_section import sensitivity_section
from oncohort.report.study_data import Row, StudyData
from oncohort.report.subgroups_section import subgroups_section

# kinds whose curves are drawn, and whose hazard ratios are
CURVES = {"time_to_event": km_figure, "competing_events": incidence_figure}
RATIOS = {"sensitivity": sensitivity_section, "subgroups": subgroups_section}
# A heading of the baseline table unless said; ids of results, or ''.
ROW = {"is_heading": True, "is_indented": False, "note": None, "cells": []}
ROW |= {"p_value": "", "p_value_known": "", "smd": ""}


def section(
    plan: Plan, analysis: Analysis, data: StudyData, numbers: Numbers, figures: Path
) -> dict[str, Any] | None:
    """Return what the template of one analysis shows; None if it has no result."""
    own = [row for row in data.results.values() if row["analysis_id"] == analysis.id]
    # a figure of single patients has no count to mask: it is not drawn
    if not own or (plan.masked_below and analysis.kind in DRAWN):
        return None
    found = {
        "analysis": analysis,
        "key": partial(numbers.key, analysis),
        "methods": grouped(own, "statistic", "method"),
    }
    if analysis.kind == "cohort_flow":
        found["steps"] = _steps(analysis, data.flow, numbers)
        found["sites"] = sorted({row["site_id"] for row in data.flow})
        found["arms"] = _arm_sizes(plan, numbers)
        drawn = (found["steps"], found["arms"], numbers, figures)
        found["figure"] = flow_on_page(plan, analysis, *drawn)
    if analysis.kind == "baseline_table":
        found["rows"], found["notes"] = _table_rows(plan, analysis, numbers)
        smds = [numbers.results.get(row["smd"], {}) for row in found["rows"]]
        # of more than two groups there is none
        found["has_smd"] = any(smd.get("value") is not None for smd in smds)
    if analysis.kind == "time_to_event":
        # further estimators have their own table, and the methods page
        above = [row for row in own if row["level"] == OVERALL or _is_month(row)]
        found["methods"] = grouped(above, "statistic", "method")
    if analysis.kind in CURVES:
        drawn = (plan, analysis, data, numbers, figures)
        found["figure"] = CURVES[analysis.kind](*drawn)
    if analysis.kind == "adjusted_comparison":
        found |= adjusted_section(plan, analysis, data, numbers, figures)
    if analysis.kind in DRAWN:
        found |= marks_section(plan, analysis, data, numbers, figures)
    if analysis.kind in RATIOS:
        found |= RATIOS[analysis.kind](plan, analysis, numbers, figures)
    if analysis.kind == "multivariable":
        found["figure"] = multivariable_figure(plan, analysis, numbers, figures)
    return found


def _is_month(row: Row) -> bool:
    return row["level"].startswith("month_")


def grouped(rows: list[Row], by: str, what: str) -> dict[str, list[str]]:
    """Different values of one column per value of another, in order of appearance."""
    found: dict[str, dict[str, None]] = {}
    for row in rows:
        found.setdefault(row[by], {})[row[what]] = None
    return {key: list(values) for key, values in found.items()}


def _steps(analysis: Analysis, flow: list[Row], numbers: Numbers) -> list[Row]:
    """Steps of the flow, each with the reasons for leaving, most frequent first."""
    steps = []
    labels = {row["step_no"]: row["criterion"] for row in flow}
    for step_no, criterion in sorted(labels.items()):
        variable, reasons = f"step_{step_no}", []
        for reason in {row["reason"] for row in flow if row["step_no"] == step_no}:
            level = slug(reason or "")
            key = numbers.key(analysis, "n_out", variable=variable, level=level)
            if reason and key in numbers.results:
                n = numbers.results[key]["value"] or 0
                reasons.append((-n, reason, key))
        named = [(reason, key) for _, reason, key in sorted(reasons)]
        step = {"step_no": step_no, "criterion": criterion, "variable": variable}
        steps.append({**step, "reasons": named})
    return steps


def _arm_sizes(plan: Plan, numbers: Numbers) -> list[tuple[str, str]]:
    """Label of each arm and the id of its size, from the first baseline table."""
    for analysis in plan.analyses:
        if analysis.kind == "baseline_table":
            key = partial(numbers.key, analysis, "n", variable="patients")
            return [(arm.label, key(arm=arm.value)) for arm in plan.arms]
    return []


def _table_rows(
    plan: Plan, analysis: Analysis, numbers: Numbers
) -> tuple[list[Row], list[str]]:
    """Rows of a baseline table in the plan's order, and the notes they refer to."""
    rows: list[Row] = []
    notes: list[str] = []
    block: str | None = None
    for variable in analysis.variables:
        note = None
        if variable.note:
            notes.append(variable.note)
            note = len(notes)
        if variable.block and variable.block != block:
            rows.append({**ROW, "label": variable.block})
        block = variable.block
        rows.extend(_variable_rows(plan, analysis, variable, numbers, note))
    return rows, notes


def _variable_rows(
    plan: Plan,
    analysis: Analysis,
    variable: Variable,
    numbers: Numbers,
    note: int | None,
) -> list[Row]:
    """Rows of one variable: one for a single level, else a heading and its levels."""
    key = partial(numbers.key, analysis, variable=variable.column)
    levels = {level.id: level.label for level in variable.levels}
    if key("n", level=UNKNOWN) in numbers.results:
        levels.setdefault(UNKNOWN, "Unknown")
    shared = {"note": note, "p_value_known": key("p_value_known"), "smd": key("smd")}
    is_single = len(levels) == 1
    rows = [] if is_single else [{**ROW, **shared, "label": variable.label}]
    for number, (level, label) in enumerate(levels.items()):
        # of two rows the second has the same P as the first
        has_p = not (len(levels) == 2 and number == 1)
        row = {**ROW, **(shared if is_single else {}), "label": label}
        row["is_heading"] = False
        row["is_indented"] = bool(variable.block) or not is_single
        row["p_value"] = key("p_value", level=level) if has_p else ""
        row["cells"] = [
            [key(name, level=level, arm=arm.value) for name in ("n", "percent")]
            for arm in plan.arms
        ]
        rows.append(row)
    return rows
