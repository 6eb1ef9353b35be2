"""Kaplan-Meier figures of a page: from result rows to files and inline SVG."""

import re
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from oncohort.analysis.plan import Analysis, Plan
from oncohort.figures.curves import Curve, Words
from oncohort.figures.kaplan_meier import kaplan_meier_figure
from oncohort.figures.look import INK, MUTED, PAPER, STROKES, saved
from oncohort.report.numbers import Numbers, mid_sentence
from oncohort.report.study_data import Row, StudyData

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def km_figure(
    plan: Plan, analysis: Analysis, data: StudyData, numbers: Numbers, folder: Path
) -> dict[str, Any] | None:
    """Draw one analysis, save it three ways and return it for the page.

    `svg` for the page and the names of the `files`; None if there is no curve to draw.
    """

    def cells(arm: str) -> tuple[str, ...]:
        text = numbers.of(analysis, arm=arm)
        return text("n"), text("n_events"), numbers.with_limits(text, "median")

    curves = arm_curves(plan, analysis, data, cells)
    if not curves:
        return None
    whose = "" if all(arm.compared for arm in plan.arms) else ", groups compared"
    words = Words(
        x_label=f"Months since {analysis.endpoint.start_label}",
        y_label=f"{analysis.endpoint.label} (%)",
        heads=("Patients", "Events", "Median, months (95% CI)"),
        comparison=_comparison(plan, numbers, analysis),
        mark=mark_of(plan, analysis),
        foot=f"Population: {mid_sentence(analysis.population.label)}."
        f" Bands: pointwise 95% CI (log-log){whose}. Ticks: censored.",
    )
    figure = kaplan_meier_figure(curves, words, analysis.horizon_months)
    stem = folder / f"{plan.study_id}_{analysis.id}"
    return on_page(figure, stem, _alt(analysis, curves, words))


def mark_of(plan: Plan, analysis: Analysis) -> str:
    """Return what must travel with a figure wherever it is copied to."""
    made_up = ["Made-up patients"] if plan.made_up else []
    exploratory = [] if analysis.population.confirmatory else ["Exploratory analysis"]
    return " · ".join(made_up + exploratory)


def on_page(figure: "Figure", stem: Path, alt: str) -> dict[str, Any]:
    """Save a figure three ways; `svg` for the page and the names of the `files`."""
    files = saved(figure, stem)
    svg = inline_svg(files["svg"].read_text(encoding="utf-8"), stem.name, alt)
    return {"svg": svg, "files": {kind: path.name for kind, path in files.items()}}


def arm_curves(
    plan: Plan,
    analysis: Analysis,
    data: StudyData,
    cells: Callable[[str], tuple[str, ...]],
    steps: list[Row] | None = None,
    competing: Sequence[Row] = (),
) -> list[Curve]:
    """One curve per arm that has patients; `cells` of the legend by arm.

    `steps` if not those of survival, and those of what competes.
    """
    curves = []
    for arm in plan.arms:
        key = (analysis.id, arm.value)
        own, ticks, others = (
            [row for row in rows if (row["analysis_id"], row["arm"]) == key]
            for rows in (
                data.curves if steps is None else steps,
                data.at_risk,
                competing,
            )
        )
        if own:
            about = (cells(arm.value), arm.compared, others)
            curves.append(Curve(arm.short, own, ticks, *about))
    return curves


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
    """Return matplotlib's SVG as an element for a page; `alt` says what it shows.

    Ids get a prefix, so that two figures do not share them; ink, paper and arm
    colours become CSS variables, so that they follow light and dark.
    """
    svg = text[text.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'\bid="', f'id="{prefix}-', svg)
    svg = re.sub(r'((?:xlink:)?href="#|url\(#)', rf"\g<1>{prefix}-", svg)
    for size in ("width", "height"):
        svg = re.sub(rf'(<svg[^>]*?) {size}="[^"]*"', r"\1", svg, count=1)
    swaps = {INK: "currentColor", MUTED: "var(--muted)", PAPER: "none"}
    for number, stroke in enumerate(STROKES, 1):
        swaps[stroke.colour] = f"var(--arm-{number})"
    for colour, variable in swaps.items():
        svg = svg.replace(colour, variable)
    label = f'role="img" aria-labelledby="{prefix}-title"'
    title = f'<title id="{prefix}-title">{escape(alt)}</title>'
    start = svg.index(">")
    svg = f"{svg[:start]} {label}>{title}{svg[start + 1 :]}"
    return Markup(svg)  # noqa: S704 - made by matplotlib, its title escaped
