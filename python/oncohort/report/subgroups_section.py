"""Section of the subgroups: rows by level, and the forest plot."""

from functools import partial
from pathlib import Path
from typing import Any

from oncohort.analysis.plan import Analysis, Plan
from oncohort.analysis.results import LIMITS, NOT_ESTIMABLE, OVERALL
from oncohort.analysis.subgroups import shown_levels
from oncohort.figures.forest import Row, Words, forest_figure
from oncohort.report.km_figure import on_page
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
    first, second = (arm.short for arm in plan.compared)
    rows = _rows(plan, analysis, groups, numbers)
    made_up = ["Made-up patients"] if plan.made_up else []
    words = Words(
        heads=(f"{first}\nevents/n", f"{second}\nevents/n"),
        ratio_head=f"Hazard ratio (95% CI)\n{first} vs {second}",
        favours=(f"Favours {first}", f"Favours {second}"),
        mark=" · ".join([*made_up, "Exploratory analysis"]),
        foot=f"{analysis.endpoint.short}: Cox, unadjusted, Efron ties. Dotted: all.",
        p_head="P, inter-\naction",
    )
    drawn = "; ".join(f"{each.label}: {each.text}" for each in rows if each.text)
    alt = f"{words.mark}. Forest plot of hazard ratios by subgroup. {drawn}."
    stem = folder / f"{plan.study_id}_{analysis.id}"
    return on_page(forest_figure(rows, words), stem, alt)


def _rows(
    plan: Plan, analysis: Analysis, groups: list[dict[str, Any]], numbers: Numbers
) -> list[Row]:
    """All patients, then each variable as a heading with its levels."""
    key = partial(numbers.key, analysis)

    def row(label: str, variable: str, level: str, **about: Any) -> Row:
        place = {"variable": variable, "level": level}
        cells = [
            f"{numbers.text(key('n_events', arm=arm.value, **place))}/"
            f"{numbers.text(key('n', arm=arm.value, **place))}"
            for arm in plan.compared
        ]
        ids = [key(f"hazard_ratio{suffix}", **place) for suffix in LIMITS]
        values = [numbers.results.get(each, {}).get("value") for each in ids]
        ratio, low, high = (numbers.text(each) for each in ids)
        text = NOT_ESTIMABLE if values[0] is None else f"{ratio} ({low}–{high})"
        return Row(label, tuple(cells), text, *values, **about)

    rows = [row("All patients", analysis.endpoint.id, OVERALL, role="overall")]
    for group in groups:
        column = group["column"]
        p_value = numbers.text(key("interaction_p", variable=column))
        rows.append(Row(group["label"], role="heading", p_value=p_value))
        rows += [row(text, column, level) for level, text in group["levels"].items()]
    return rows
