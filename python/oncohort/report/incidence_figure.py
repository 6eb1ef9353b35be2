"""Figure of an endpoint with competing exits: from result rows to files and SVG."""

from functools import partial
from pathlib import Path
from typing import Any

from oncohort.analysis.competing_events import COMPETING, EVENT, with_axis
from oncohort.analysis.plan import Analysis, Plan
from oncohort.analysis.results import LIMITS
from oncohort.figures.cumulative_incidence import cumulative_incidence_figure
from oncohort.figures.curves import Words
from oncohort.report.km_figure import arm_curves, mark_of, on_page
from oncohort.report.numbers import Numbers, mid_sentence
from oncohort.report.study_data import Row, StudyData


def incidence_figure(
    plan: Plan, analysis: Analysis, data: StudyData, numbers: Numbers, folder: Path
) -> dict[str, Any] | None:
    """Draw one analysis, save it three ways and return it for the page.

    None if there is no curve to draw.
    """
    month = _landmark(plan, analysis, numbers)

    def cells(arm: str) -> tuple[str, ...]:
        text = numbers.of(analysis, arm=arm)
        return text("n"), text("n_events"), _incidence(analysis, numbers, arm, month)

    event, competing = (
        [row for row in data.incidence if row["cause"] == cause]
        for cause in (EVENT, COMPETING)
    )
    curves = arm_curves(plan, analysis, data, cells, event, competing)
    if not curves:
        return None
    endpoint, horizon = analysis.endpoint, with_axis(analysis).horizon_months
    key = partial(numbers.key, analysis, "gray_p", variable=endpoint.id)
    p_values = (numbers.text(key(level=cause)) for cause in (EVENT, COMPETING))
    p_event, p_competing = map(numbers.sign, p_values)
    words = Words(
        x_label=f"Months since {endpoint.start_label}",
        y_label="Cumulative incidence (%)",
        heads=("Patients", "Events", f"By {month} months, % (95% CI)"),
        comparison=(f"Gray’s test, {endpoint.short}: P {p_event}",),
        mark=mark_of(plan, analysis),
        foot=f"Population: {mid_sentence(analysis.population.label)}."
        f" Bands: pointwise 95% CI (log). Competing exit: Gray’s P {p_competing}.",
        competing=f"Competing exit (solid: {endpoint.short})",
    )
    figure = cumulative_incidence_figure(curves, words, horizon)
    arms = "; ".join(
        f"{c.label}: {c.cells[0]} patients, {c.cells[1]} events, {c.cells[2]}% by"
        f" {month} months"
        for c in curves
    )
    mark = f"{words.mark}. " if words.mark else ""
    alt = f"{mark}Cumulative incidence curves, {analysis.title}. {arms}."
    stem = folder / f"{plan.study_id}_{analysis.id}"
    return on_page(figure, stem, f"{alt} {words.comparison[0]}.")


def _landmark(plan: Plan, analysis: Analysis, numbers: Numbers) -> int:
    """The last month of the table at which the incidence is known in all arms."""
    arms = [arm.value for arm in plan.compared]
    months = sorted(analysis.landmark_months)
    known = [m for m in months if all(_rows(analysis, numbers, a, m) for a in arms)]
    return (known or months)[-1]


def _rows(analysis: Analysis, numbers: Numbers, arm: str, month: int) -> list[Row]:
    """Rows of the incidence and its limits; none where it has no value."""
    place = {"variable": analysis.endpoint.id, "level": f"{EVENT}_month_{month}"}
    keys = (
        numbers.key(analysis, f"incidence{suffix}", arm=arm, **place)
        for suffix in LIMITS
    )
    rows = [numbers.results.get(key, {}) for key in keys]
    return rows if rows[0].get("value") is not None else []


def _incidence(analysis: Analysis, numbers: Numbers, arm: str, month: int) -> str:
    """Incidence with its limits as a paper prints it; of none there are no limits."""
    rows = _rows(analysis, numbers, arm, month)
    texts = [row["text"] for row in rows if row["value"] is not None]
    return "{} ({}–{})".format(*texts) if len(texts) > 1 else "".join(texts) or "–"
