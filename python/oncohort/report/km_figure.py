"""Kaplan-Meier figures of a page: from result rows to files and inline SVG."""

import re
from html import escape
from pathlib import Path
from typing import Any

from markupsafe import Markup

from oncohort.analysis.plan import Analysis, Plan
from oncohort.figures.kaplan_meier import kaplan_meier_figure
from oncohort.figures.palette import INK, MUTED, PAPER, STROKES
from oncohort.figures.parts import Curve, Words
from oncohort.figures.saved import saved
from oncohort.report.numbers import Numbers, mid_sentence
from oncohort.report.study_data import StudyData


def km_figure(
    plan: Plan, analysis: Analysis, data: StudyData, numbers: Numbers, folder: Path
) -> dict[str, Any] | None:
    """Draw one analysis, save it three ways and return it for the page.

    Parameters
    ----------
    plan, analysis : Plan, Analysis
        What is drawn.
    data : StudyData
        Curves and numbers at risk.
    numbers : Numbers
        Results, as text.
    folder : Path
        Where SVG, PNG and PDF go.

    Returns
    -------
    dict or None
        `svg` for the page and the file names; None if there is no curve to draw.
    """
    curves = [
        curve
        for arm in plan.arms
        if (curve := _curve(plan, analysis, data, numbers, arm)) is not None
    ]
    if not curves:
        return None
    endpoint = analysis.endpoint
    words = Words(
        x_label=f"Months since {endpoint.start_label}",
        y_label=f"{endpoint.label} (%)",
        heads=("Patients", "Events", "Median, months (95% CI)"),
        comparison=_comparison(plan, numbers, analysis),
        mark=_mark(plan, analysis),
        foot=_foot(plan, analysis),
    )
    figure = kaplan_meier_figure(curves, words, analysis.options["horizon_months"])
    stem = folder / f"{plan.study_id}_{analysis.id}"
    files = saved(figure, stem)
    alt = _alt(analysis, curves, words)
    svg = inline_svg(files["svg"].read_text(encoding="utf-8"), stem.name, alt)
    return {"svg": svg, "files": {k: path.name for k, path in files.items()}}


def _curve(
    plan: Plan, analysis: Analysis, data: StudyData, numbers: Numbers, arm: Any
) -> Curve | None:
    def mine(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        key = (analysis.id, analysis.population.id, arm.id)
        return [
            row
            for row in rows
            if (row["analysis_id"], row["population"], row["arm"]) == key
        ]

    steps, ticks = mine(data.curves), mine(data.at_risk)
    if not steps:
        return None
    text = numbers.of(analysis, arm=arm.id)
    return Curve(
        arm.short,
        [row["time_months"] for row in steps],
        [row["survival"] for row in steps],
        [row["ci_low"] for row in steps],
        [row["ci_high"] for row in steps],
        [row["n_censored"] for row in steps],
        [row["time_months"] for row in ticks],
        [row["n_at_risk"] for row in ticks],
        [row["n_censored_so_far"] for row in ticks],
        (text("n"), text("n_events"), numbers.with_limits(text, "median")),
        arm.is_compared,
    )


def _comparison(plan: Plan, numbers: Numbers, analysis: Analysis) -> tuple[str, ...]:
    text = numbers.of(analysis)
    lines = []
    names = [arm.short for arm in plan.compared]
    if text("hazard_ratio") and len(names) == 2:
        ratio = numbers.with_limits(text, "hazard_ratio", "95% CI ")
        lines.append(f"Hazard ratio, {names[0]} vs {names[1]}: {ratio}")
    if text("logrank_p"):
        lines.append(f"Log-rank P {numbers.sign(text('logrank_p'))}")
    return tuple(lines)


def _mark(plan: Plan, analysis: Analysis) -> str:
    """What must travel with the figure wherever it is copied to."""
    marks = ["Made-up patients"] if plan.made_up else []
    if not analysis.population.is_confirmatory:
        marks.append("Exploratory analysis")
    return " · ".join(marks)


def _foot(plan: Plan, analysis: Analysis) -> str:
    whose = "" if all(arm.is_compared for arm in plan.arms) else ", groups compared"
    return (
        f"Population: {mid_sentence(analysis.population.label)}."
        f" Bands: pointwise 95% CI (log-log){whose}. Ticks: censored."
    )


def _alt(analysis: Analysis, curves: list[Curve], words: Words) -> str:
    arms = "; ".join(
        f"{c.label}: {c.cells[0]} patients, {c.cells[1]} events, median {c.cells[2]}"
        " months"
        for c in curves
    )
    mark = f"{words.mark}. " if words.mark else ""
    tail = ". ".join(words.comparison)
    return f"{mark}Kaplan-Meier curves, {analysis.title}. {arms}. {tail}."


def inline_svg(text: str, prefix: str, alt: str) -> Markup:
    """Return an SVG file's text for use inside a page.

    Ids get a prefix, so that two figures do not share them; ink, paper and arm
    colours become CSS variables, so that they follow light and dark.

    Parameters
    ----------
    text : str
        The SVG as matplotlib wrote it.
    prefix : str
        Unique on the page.
    alt : str
        What the figure shows, in words.

    Returns
    -------
    Markup
        The `<svg>` element.
    """
    svg = text[text.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'\bid="', f'id="{prefix}-', svg)
    svg = re.sub(r'((?:xlink:)?href="#|url\(#)', rf"\g<1>{prefix}-", svg)
    svg = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", svg, count=1)
    swaps = {INK: "currentColor", MUTED: "var(--muted)", PAPER: "none"}
    for number, stroke in enumerate(STROKES, 1):
        swaps[stroke.colour] = f"var(--arm-{number})"
    for colour, variable in swaps.items():
        svg = svg.replace(colour, variable)
    label = f'role="img" aria-labelledby="{prefix}-title"'
    title = f'<title id="{prefix}-title">{escape(alt)}</title>'
    svg = re.sub(r"<svg([^>]*)>", rf"<svg\1 {label}>{title}", svg, count=1)
    return Markup(svg)  # noqa: S704 - made by matplotlib, its title escaped
