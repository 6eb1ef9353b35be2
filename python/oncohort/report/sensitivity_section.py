"""Section of the sensitivity variants: rows of the table, and the forest plot."""

from pathlib import Path
from typing import Any

from oncohort.analysis.plan import Analysis, Plan
from oncohort.analysis.results import ALL, NOT_ESTIMABLE
from oncohort.analysis.sensitivity import AS_PLANNED, fields
from oncohort.figures.forest import Row, Words, forest_figure
from oncohort.figures.look import saved
from oncohort.report.km_figure import inline_svg
from oncohort.report.numbers import Numbers

LIMITS = ("hazard_ratio", "hazard_ratio_ci_low", "hazard_ratio_ci_high")


def sensitivity_section(
    plan: Plan, analysis: Analysis, numbers: Numbers, figures: Path
) -> dict[str, Any]:
    """Return what the template shows: definitions, ratios, rates, fields, figure."""
    definitions = {AS_PLANNED: "As planned"}
    definitions |= {each.id: each.label for each in plan.variants}
    rates = {"orr": ("Objective response", analysis.response)}
    rates["cbr"] = ("Clinical benefit", analysis.benefit)
    return {
        "definitions": definitions,
        "ratios": _ratios(plan),
        "rates": {key: label for key, (label, column) in rates.items() if column},
        "fields": dict(
            zip(fields(analysis), _field_labels(plan, analysis), strict=True)
        ),
        "figure": _figure(plan, analysis, definitions, numbers, figures),
    }


def _ratios(plan: Plan) -> dict[str, str]:
    """Arm under which each hazard ratio is kept, and what it compares."""
    if len(plan.compared) < 2:
        return {}
    *others, reference = plan.compared
    names = {arm.value: f"{arm.short} vs {reference.short}" for arm in others}
    return names if len(others) > 1 else {ALL: names[others[0].value]}


def _field_labels(plan: Plan, analysis: Analysis) -> list[str]:
    """A heading per field, in the order of `fields`."""
    short = analysis.endpoint.short
    labels = [plan.arm_label, f"{short}, days", f"{short}, event or censored"]
    labels += ["Best response"] * bool(analysis.response)
    return labels + ["Clinical benefit"] * bool(analysis.benefit)


def _figure(
    plan: Plan,
    analysis: Analysis,
    definitions: dict[str, str],
    numbers: Numbers,
    folder: Path,
) -> dict[str, Any] | None:
    """Draw the first hazard ratio under each definition; None if there is none."""
    ratios = _ratios(plan)
    if not ratios:
        return None
    arm, compared = next(iter(ratios.items()))
    rows = [
        _row(analysis, numbers, level, label, arm)
        for level, label in definitions.items()
    ]
    rows[0] = rows[0]._replace(role="overall")
    made_up = ["Made-up patients"] if plan.made_up else []
    first, second = compared.split(" vs ")
    words = Words(
        heads=("Patients", "Changed"),
        ratio_head=f"{compared} (95% CI)",
        favours=(f"Favours {first}", f"Favours {second}"),
        mark=" · ".join([*made_up, "Sensitivity analysis"]),
        foot=f"{analysis.endpoint.short}, hazard ratio: Cox, unadjusted, Efron ties.",
    )
    stem = folder / f"{plan.study_id}_{analysis.id}"
    files = saved(forest_figure(rows, words), stem)
    drawn = "; ".join(f"{row.label}: {row.text}" for row in rows)
    alt = f"{words.mark}. Forest plot of hazard ratios, {compared}. {drawn}."
    svg = inline_svg(files["svg"].read_text(encoding="utf-8"), stem.name, alt)
    return {"svg": svg, "files": {kind: path.name for kind, path in files.items()}}


def _row(analysis: Analysis, numbers: Numbers, level: str, label: str, arm: str) -> Row:
    """One definition in the figure."""
    place = {"variable": analysis.endpoint.id, "level": level, "arm": arm}
    ids = [numbers.key(analysis, name, **place) for name in LIMITS]
    values = [numbers.results.get(each, {}).get("value") for each in ids]
    ratio, low, high = (numbers.text(each) for each in ids)
    text = f"{ratio} ({low}–{high})"
    if values[0] is None:
        text = ratio or NOT_ESTIMABLE
    place = {"variable": "patients", "level": level}
    counts = [numbers.key(analysis, name, **place) for name in ("n", "n_changed")]
    cells = tuple(numbers.text(each) or "–" for each in counts)
    return Row(label, cells, text, *values)
