"""The forest plot of a multivariable model: the arm by stratum, then its covariates."""

from pathlib import Path
from typing import Any

from oncohort.analysis.plan import Analysis, Plan
from oncohort.figures.forest import Row, Words
from oncohort.report.forest_rows import forest_on_page, ratio_row
from oncohort.report.numbers import Numbers, mid_sentence

REFERENCE = "1 (reference)"


def multivariable_figure(
    plan: Plan, analysis: Analysis, numbers: Numbers, folder: Path
) -> dict[str, Any] | None:
    """Draw the model; None if it could not be fitted."""
    rows = [*_arm_rows(plan, analysis, numbers)]
    if not any(row.ratio for row in rows):
        return None
    for variable in analysis.variables:
        levels = {level.id: level.label for level in variable.levels}
        levels["unknown"] = "Unknown"
        own = [
            row
            for number, (level, label) in enumerate(levels.items())
            if (row := _level(analysis, numbers, variable.column, level, label, number))
        ]
        if own:
            among = f", among {plan.compared[-1].short}"
            is_crossed = variable.column == analysis.interaction
            label = variable.label + (among if is_crossed else "")
            rows += [Row(label, role="heading"), *own]
    first, second = (arm.short for arm in plan.compared)
    words = Words(
        heads=("Patients", "Events"),
        ratio_head="Hazard ratio (95% CI)",
        favours=("Fewer events", "More events"),
        mark="",
        foot=f"{analysis.endpoint.short}: Cox, {first} vs {second} and all variables"
        " shown, Efron ties. *Interaction.",
        p_head="P",
    )
    return forest_on_page(plan, analysis, rows, words, folder)


def _arm_rows(plan: Plan, analysis: Analysis, numbers: Numbers) -> list[Row]:
    """The arm's ratio within each stratum, under a heading with the interaction's P."""
    (crossed,) = [v for v in analysis.variables if v.column == analysis.interaction]
    first, second = (arm.short for arm in plan.compared)
    place = {"variable": f"arm_by_{crossed.column}"}
    p_value = numbers.text(numbers.key(analysis, "interaction_p", **place))
    label = f"{first} vs {second}, by {mid_sentence(crossed.label)}"
    rows = [Row(label, role="heading", p_value=f"{p_value}*" if p_value else "")]
    for level in crossed.levels:
        place = {"variable": "arm", "level": f"{crossed.column}_{level.id}"}
        if numbers.text(numbers.key(analysis, "hazard_ratio", **place)):
            cells = _sizes(analysis, numbers, crossed.column, level.id)
            p_value = numbers.text(numbers.key(analysis, "hazard_ratio_p", **place))
            about = {"p_value": p_value}
            rows.append(
                ratio_row(numbers, analysis, level.label, cells, place, **about)
            )
    return rows


def _level(
    analysis: Analysis,
    numbers: Numbers,
    column: str,
    level: str,
    label: str,
    number: int,
) -> Row | None:
    """One level of a covariate; None if nobody has it."""
    place = {"variable": column, "level": level}
    cells = _sizes(analysis, numbers, column, level)
    if not cells[0]:
        return None
    p_value = numbers.text(numbers.key(analysis, "hazard_ratio_p", **place))
    if number == 0:
        return Row(label, cells, REFERENCE, 1.0, role="reference")
    return ratio_row(numbers, analysis, label, cells, place, p_value=p_value)


def _sizes(
    analysis: Analysis, numbers: Numbers, column: str, level: str
) -> tuple[str, ...]:
    """Patients and events of a level."""
    keys = (
        numbers.key(analysis, name, variable=column, level=level)
        for name in ("n", "n_events")
    )
    return tuple(numbers.text(key) for key in keys)
