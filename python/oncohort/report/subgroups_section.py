"""Section of the subgroups: rows by level, and the forest plot."""

from pathlib import Path
from typing import Any

from oncohort.analysis.plan import Analysis, Plan
from oncohort.analysis.results import OVERALL
from oncohort.analysis.subgroups import shown_levels
from oncohort.figures.forest import Row, Words
from oncohort.report.forest_rows import forest_on_page, ratio_row, sizes
from oncohort.report.numbers import Numbers, mid_sentence


def subgroups_section(
    plan: Plan, analysis: Analysis, numbers: Numbers, folder: Path
) -> dict[str, Any]:
    """Return what the template shows: the groups, their levels' labels, the figure."""
    groups = _groups(plan, analysis)
    return {
        "groups": groups,
        "figure": _figure(plan, analysis, groups, numbers, folder),
    }


def _groups(plan: Plan, analysis: Analysis) -> list[dict[str, Any]]:
    """Variables in the plan's order: column, label, and label per level."""
    (table,) = [each for each in plan.analyses if each.id == analysis.baseline]
    variables = {each.column: each for each in table.variables}
    groups = []
    for column in analysis.covariates:
        variable = variables[column]
        label = variable.label
        if variable.block:
            label = f"{variable.block}: {mid_sentence(label)}"
        levels = {level.id: level.label for level in shown_levels(variable)}
        groups.append({"column": column, "label": label, "levels": levels})
    return groups


def _figure(
    plan: Plan,
    analysis: Analysis,
    groups: list[dict[str, Any]],
    numbers: Numbers,
    folder: Path,
) -> dict[str, Any] | None:
    """Draw all and every level; None if the plan does not compare two arms."""
    if len(plan.compared) != 2:
        return None
    rows = _rows(plan, analysis, groups, numbers)
    first, second = (arm.short for arm in plan.compared)
    words = Words(
        heads=(f"{first}\nevents/n", f"{second}\nevents/n"),
        ratio_head=f"Hazard ratio (95% CI)\n{first} vs {second}",
        favours=(f"Favours {first}", f"Favours {second}"),
        mark="",
        foot=f"{analysis.endpoint.short}: Cox, unadjusted, Efron ties. Dotted: all.",
        p_head="P, inter-\naction",
    )
    return forest_on_page(plan, analysis, rows, words, folder)


def _rows(
    plan: Plan, analysis: Analysis, groups: list[dict[str, Any]], numbers: Numbers
) -> list[Row]:
    """All patients, then each variable as a heading with its levels."""

    def row(label: str, variable: str, level: str, **about: Any) -> Row:
        place = {"variable": variable, "level": level}
        cells = sizes(plan, numbers, analysis, place)
        return ratio_row(numbers, analysis, label, cells, place, **about)

    rows = [row("All patients", analysis.endpoint.id, OVERALL, role="overall")]
    for group in groups:
        column = group["column"]
        key = numbers.key(analysis, "interaction_p", variable=column)
        heading = {"role": "heading", "p_value": numbers.text(key)}
        rows.append(Row(group["label"], **heading))
        rows += [row(text, column, level) for level, text in group["levels"].items()]
    return rows
