"""Section of the adjusted comparison: weighted curves, balance and sites, drawn."""

from functools import partial
from pathlib import Path
from typing import Any

from oncohort.analysis.plan import Analysis, Plan, Variable
from oncohort.analysis.results import LIMITS, NOT_ESTIMABLE
from oncohort.figures.balance import Difference, balance_figure
from oncohort.figures.curves import Words
from oncohort.figures.forest import Row, forest_figure
from oncohort.figures.forest import Words as ForestWords
from oncohort.figures.kaplan_meier import kaplan_meier_figure
from oncohort.report.km_figure import arm_curves, on_page
from oncohort.report.numbers import Numbers, mid_sentence
from oncohort.report.study_data import StudyData

WEIGHTED, WITHOUT = "overlap_weighted", "_without_"
WAYS = {
    "unadjusted": "Unadjusted, as in the paper",
    "stratified_by_site": "Stratified by site",
    WEIGHTED: "Overlap-weighted",
}
NOT_PAPERS = "Not in the paper"


def adjusted_section(
    plan: Plan, analysis: Analysis, data: StudyData, numbers: Numbers, folder: Path
) -> dict[str, Any]:
    """Return what the template shows: labels by id, and three figures (or None)."""
    tables = [each for each in plan.analyses if each.id == analysis.baseline]
    variables = {each.column: _label(each) for each in tables[0].variables}
    lead = WEIGHTED + WITHOUT
    levels = {
        row["level"]: None
        for row in data.results.values()
        if row["analysis_id"] == analysis.id
    }
    sites = [level.removeprefix(lead) for level in levels if level.startswith(lead)]
    mark = " · ".join([*(["Made-up patients"] if plan.made_up else []), NOT_PAPERS])
    about, scored = (plan, analysis, numbers), analysis.covariates
    stem = folder / f"{plan.study_id}_{analysis.id}"
    return {
        "variables": variables,
        "names": _names(
            [each for each in tables[0].variables if each.column in scored]
        ),
        "unscored": _names([v for v in tables[0].variables if v.column not in scored]),
        "ways": WAYS,
        "sites": sites,
        "curves": _curves(*about, data, mark, stem),
        "balance": _balance(*about, variables, mark, stem),
        "forest": _forest(*about, sites, mark, stem),
    }


def _label(variable: Variable) -> str:
    inside = variable.label
    return f"{variable.block}: {mid_sentence(inside)}" if variable.block else inside


def _names(variables: list[Variable]) -> list[str]:
    """Names for a sentence; those of one block are one: 'metastases (lung, liver)'."""
    blocks: dict[str, list[str]] = {}
    for each in variables:
        inside = blocks.setdefault(each.block or each.label, [])
        inside += [mid_sentence(each.label)] if each.block else []
    return [
        mid_sentence(name) + (f" ({', '.join(inside)})" if inside else "")
        for name, inside in blocks.items()
    ]


def _ratio(numbers: Numbers, analysis: Analysis, level: str) -> tuple[str, list]:
    """A hazard ratio as text, and its value and limits."""
    key = partial(numbers.key, analysis, variable=analysis.endpoint.id, level=level)
    ids = [key(f"hazard_ratio{suffix}") for suffix in LIMITS]
    values = [numbers.results.get(each, {}).get("value") for each in ids]
    ratio, low, high = (numbers.text(each) for each in ids)
    known = values[0] is not None
    return f"{ratio} ({low}–{high})" if known else ratio or NOT_ESTIMABLE, values


def _curves(
    plan: Plan,
    analysis: Analysis,
    numbers: Numbers,
    data: StudyData,
    mark: str,
    stem: Path,
) -> dict[str, Any] | None:
    """Weighted Kaplan-Meier curves; None if there are none."""
    own = partial(numbers.key, analysis, variable="patients")

    def cells(arm: str) -> tuple[str, ...]:
        sizes = [numbers.text(own(name, arm=arm)) for name in ("n", "effective_n")]
        text = numbers.of(analysis, arm=arm)
        return (*sizes, numbers.with_limits(text, "median"))

    curves = arm_curves(plan, analysis, data, cells)
    if not curves:
        return None
    arms = " vs ".join(arm.short for arm in plan.compared)
    ratio, _ = _ratio(numbers, analysis, WEIGHTED)
    words = Words(
        x_label=f"Months since {analysis.endpoint.start_label}",
        y_label=f"{analysis.endpoint.label}, weighted (%)",
        heads=("Patients", "ESS", "Median, months (95% CI)"),
        comparison=(
            f"Hazard ratio, {arms}, weighted: {ratio.replace('(', '(95% CI ')}",
        ),
        mark=mark,
        foot="ESS: effective sample size. Bands: pointwise 95% CI (log-log, robust)."
        " At risk: patients, unweighted.",
    )
    figure = kaplan_meier_figure(curves, words, analysis.horizon_months)
    drawn = "; ".join(f"{each.label}: median {each.cells[2]} months" for each in curves)
    alt = (
        f"{mark}. Overlap-weighted Kaplan-Meier curves. {drawn}. {words.comparison[0]}."
    )
    return on_page(figure, stem.with_name(f"{stem.name}_weighted"), alt)


def _balance(
    plan: Plan,
    analysis: Analysis,
    numbers: Numbers,
    variables: dict[str, str],
    mark: str,
    stem: Path,
) -> dict[str, Any]:
    """The balance plot of all variables."""
    rows = []
    for column, label in variables.items():
        ids = [
            numbers.key(analysis, f"smd_{when}", variable=column)
            for when in ("before", "after")
        ]
        values = [numbers.results.get(each, {}).get("value") for each in ids]
        star = "" if column in analysis.covariates else "*"
        rows.append(Difference(label + star, *values))
    foot = "Dashed: 0.1. *Not in the score, checked only."
    worst = [
        max((each for each in column if each is not None), default=None)
        for column in list(zip(*rows, strict=True))[1:]
    ]
    shown = ["none" if each is None else f"{each:.3f}" for each in worst]
    alt = f"{mark}. Balance plot: largest standardised difference {shown[0]} before"
    alt = f"{alt} and {shown[1]} after overlap weighting."
    return on_page(
        balance_figure(rows, mark, foot), stem.with_name(f"{stem.name}_balance"), alt
    )


def _forest(
    plan: Plan,
    analysis: Analysis,
    numbers: Numbers,
    sites: list[str],
    mark: str,
    stem: Path,
) -> dict[str, Any]:
    """All estimates, then the weighted one without each site."""
    levels = {WEIGHTED: WAYS[WEIGHTED], **WAYS}
    levels |= {
        f"{WEIGHTED}{WITHOUT}{site}": f"Weighted, without {site}" for site in sites
    }
    rows = []
    for level, label in levels.items():
        text, values = _ratio(numbers, analysis, level)
        key = numbers.key(
            analysis, "hazard_ratio", variable=analysis.endpoint.id, level=level
        )
        n = numbers.results.get(key, {}).get("n")
        role = "ratio" if rows else "overall"
        rows.append(Row(label, (str(n or "–"),), text, *values, role))
    names = [arm.short for arm in plan.compared]
    words = ForestWords(
        heads=("Patients",),
        ratio_head=f"{names[0]} vs {names[-1]} (95% CI)",
        favours=(f"Favours {names[0]}", f"Favours {names[-1]}"),
        mark=mark,
        foot=f"{analysis.endpoint.short}, hazard ratio: Cox, Efron ties.",
    )
    drawn = "; ".join(f"{row.label}: {row.text}" for row in rows)
    alt = f"{mark}. Forest plot of hazard ratios. {drawn}."
    return on_page(
        forest_figure(rows, words), stem.with_name(f"{stem.name}_sites"), alt
    )
