"""Rows of a forest plot, by the ids of their results."""

from functools import partial
from pathlib import Path
from typing import Any

from oncohort.analysis.plan import Analysis, Plan
from oncohort.analysis.results import LIMITS, NOT_ESTIMABLE
from oncohort.figures.forest import Row, Words, forest_figure
from oncohort.report.km_figure import on_page
from oncohort.report.numbers import Numbers


def ratio_row(
    numbers: Numbers,
    analysis: Analysis,
    label: str,
    cells: tuple[str, ...],
    place: dict[str, str],
    **about: Any,
) -> Row:
    """Return the row of the hazard ratio at a place, as the page prints it."""
    ids = [numbers.key(analysis, f"hazard_ratio{suffix}", **place) for suffix in LIMITS]
    values = [numbers.results.get(each, {}).get("value") for each in ids]
    ratio, low, high = (numbers.text(each) for each in ids)
    text = f"{ratio} ({low}–{high})"
    if values[0] is None:
        text = ratio or NOT_ESTIMABLE
    return Row(label, cells, text, *values, **about)


def sizes(
    plan: Plan, numbers: Numbers, analysis: Analysis, place: dict[str, str]
) -> tuple[str, ...]:
    """Return events and patients at a place, for each arm compared."""
    key = partial(numbers.key, analysis, **place)
    return tuple(
        f"{numbers.text(key('n_events', arm=arm.value))}/"
        f"{numbers.text(key('n', arm=arm.value))}"
        for arm in plan.compared
    )


def forest_on_page(
    plan: Plan, analysis: Analysis, rows: list[Row], words: Words, folder: Path
) -> dict[str, Any]:
    """Draw the rows, marked as exploratory, and save them three ways."""
    made_up = ["Made-up patients"] if plan.made_up else []
    words = words._replace(mark=" · ".join([*made_up, "Exploratory analysis"]))
    drawn = "; ".join(f"{each.label}: {each.text}" for each in rows if each.text)
    alt = f"{words.mark}. Forest plot of hazard ratios, {analysis.title}. {drawn}."
    stem = folder / f"{plan.study_id}_{analysis.id}"
    return on_page(forest_figure(rows, words), stem, alt)
