"""Does the answer depend on the definitions? The plan's variants beside the plan."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from oncohort.analysis.plan import Analysis, Plan, Variant
from oncohort.analysis.results import ALL, Flip, Place, Result
from oncohort.analysis.store import StudyTables
from oncohort.analysis.time_to_event import time_to_event
from oncohort.analysis.variants import run_again, side_by_side
from oncohort.errors import BuildFailed

AS_PLANNED = "as_planned"
MEMBERSHIP = "cohort"
AS_BUILT = Variant("", "")
SHOWN = ("n", "median", "hazard_ratio", "logrank_p")

Patients = dict[str, dict[str, Any]]


def sensitivity(
    place: Place, plan: Plan, analysis: Analysis, data: StudyTables
) -> Iterator[Result | Flip]:
    """Results of the plan and of each variant (the level), and who flips in it.

    Variables: `patients`, the endpoint, `orr`, `cbr`, and one per field of a patient.

    Raises
    ------
    BuildFailed
        If the models, run again unchanged, make another cohort than stands in the
        working database: it is out of date, and flips would mislead.
    ConfigError
        If a variant is wrong.
    """
    planned = _patients(analysis, data)
    yield from _numbers(place.at(level=AS_PLANNED), plan, analysis, data)

    def run(variant: Variant) -> list[Result | Flip]:
        with run_again(plan, variant, data, analysis.table) as other:
            found = _patients(analysis, other)
            flips = list(_flips(plan, analysis, variant.id, planned, found))
            if variant == AS_BUILT:
                return _none_of(plan, analysis, flips)
            here = place.at(level=variant.id)
            numbers = list(_numbers(here, plan, analysis, other))
        n = len(planned.keys() | found.keys())
        return [*numbers, *_changed(here, analysis, flips, n), *flips]

    for rows in side_by_side(data, run, [AS_BUILT, *plan.variants]):
        yield from rows


def _none_of(plan: Plan, analysis: Analysis, flips: list[Flip]) -> list[Flip]:
    """No flips, where nothing was changed."""
    if flips:
        raise BuildFailed(
            f"the working database is out of date: its models, run again as they"
            f" are, make another {plan.study_id}.{analysis.table}",
            "run `oncohort build`, then this again",
        )
    return flips


def fields(analysis: Analysis) -> list[str]:
    """Columns whose values are compared, patient by patient."""
    named = [analysis.arm_column, analysis.endpoint.time, analysis.endpoint.event]
    return named + [name for name in (analysis.response, analysis.benefit) if name]


def _patients(analysis: Analysis, data: StudyTables) -> Patients:
    """Values of each patient of the population."""
    names = fields(analysis)
    what = ", ".join(f'"{name}"' for name in ["patient_id", *names])
    rows = data.select(what, analysis.population, analysis.table)
    return {patient: dict(zip(names, row, strict=True)) for patient, *row in rows}


def _numbers(
    place: Place, plan: Plan, analysis: Analysis, data: StudyTables
) -> Iterator[Result]:
    """Patients, survival and response of one definition."""
    counted = data.counts(None, analysis).get(None, Counter())
    total = counted.total()
    for arm in plan.arms:
        here = place.at(variable="patients", arm=arm.value)
        yield here.count("n", counted[arm.value], total)
    yield place.at(variable="patients").count("n", total, total)
    # one tick, since the curves and numbers at risk are not kept
    survival = time_to_event(place, plan, analysis._replace(tick_months=1), data)
    results = [row for row in survival if isinstance(row, Result)]
    kept = [row for row in results if row.statistic.startswith(SHOWN)]
    yield from kept
    if not any(row.statistic == "hazard_ratio" for row in kept):
        method = "Cox proportional hazards: no finite ratio, or an arm without patients"
        here = place.at(variable=analysis.endpoint.id)
        yield here.number("hazard_ratio", None, "ratio", method)
    yield from _rates(place, plan, analysis, data)


def _rates(
    place: Place, plan: Plan, analysis: Analysis, data: StudyTables
) -> Iterator[Result]:
    """Objective response and clinical benefit over the evaluable, per arm and all."""
    names = [analysis.arm_column, analysis.response, analysis.benefit]
    what = ", ".join(f'"{name}"' if name else "null" for name in names)
    rows = data.select(what, analysis.population, analysis.table)
    if analysis.response:
        left_out = (None, *analysis.not_evaluable)
        rows = [row for row in rows if row[1] not in left_out]
    without = ", ".join(analysis.not_evaluable) or "missing"
    evaluable = f"over the evaluable (best response known and not {without})"
    for arm in [*(arm.value for arm in plan.arms), ALL]:
        own = [row for row in rows if arm in (ALL, row[0])]
        n_responders = sum(response in analysis.responders for _, response, _ in own)
        n_benefit = sum(benefit is True for *_, benefit in own)
        for variable, column, n, what in (
            ("orr", analysis.response, n_responders, " + ".join(analysis.responders)),
            ("cbr", analysis.benefit, n_benefit, f"{analysis.benefit} is true"),
        ):
            if column:
                here = place.at(variable=variable, arm=arm)
                share = 100 * n / len(own) if own else None
                yield here.count("n", n, len(own), f"count of patients: {what}")
                method = f"share of patients: {what}; {evaluable}"
                yield here.number("percent", share, "%", method, n, len(own))


def _flips(
    plan: Plan, analysis: Analysis, variant_id: str, planned: Patients, found: Patients
) -> Iterator[Flip]:
    """Every value that differs; who is in one cohort only differs in that alone."""
    for patient in sorted(planned.keys() | found.keys()):
        where = (plan.study_id, analysis.id, variant_id, patient)
        if patient not in found:
            yield Flip(*where, MEMBERSHIP, "in", "out")
        elif patient not in planned:
            yield Flip(*where, MEMBERSHIP, "out", "in")
        else:
            for name, value in planned[patient].items():
                if (other := found[patient][name]) != value:
                    yield Flip(*where, name, _text(value), _text(other))


def _text(value: Any) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    return None if value is None else str(value)


def _changed(
    place: Place, analysis: Analysis, flips: list[Flip], n: int
) -> Iterator[Result]:
    """How many patients have any value that flips, and how many per field."""
    method = (
        "count of patients whose value differs from the plan's; analysis.variant_flips"
    )
    patients = len({flip.patient_id for flip in flips})
    yield place.at(variable="patients").count("n_changed", patients, n, method)
    per_field = Counter(flip.field for flip in flips)
    for name in fields(analysis):
        yield place.at(variable=name).count("n_changed", per_field[name], n, method)
    moves = Counter(flip.planned_value for flip in flips if flip.field == MEMBERSHIP)
    here = place.at(variable=MEMBERSHIP)
    yield here.count("n_left", moves["in"], n, "count of patients out of the cohort")
    yield here.count(
        "n_entered", moves["out"], n, "count of patients new in the cohort"
    )
