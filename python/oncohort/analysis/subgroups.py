"""The arms compared within each level of baseline variables, with interaction P."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from oncohort.analysis.adjusted_comparison import named_variables
from oncohort.analysis.compared import OWN, Compared, compared_patients, estimated
from oncohort.analysis.plan import Analysis, Level, Plan, Variable
from oncohort.analysis.results import Place, Result
from oncohort.analysis.store import StudyTables
from oncohort.survival import cox


def subgroups(
    place: Place, plan: Plan, analysis: Analysis, data: StudyTables
) -> Iterator[Result]:
    """Hazard ratio of all, and per variable by level; who is unknown is in no level.

    Per level and arm `n` and `n_events`, per level `hazard_ratio`; per variable
    `interaction_p`. The variables are those of `covariates`, as the baseline table
    named in `baseline` declares them.
    """
    variables = {each.column: each for each in named_variables(plan, analysis)}
    patients = compared_patients(plan, analysis, data, analysis.covariates)
    if patients is None:
        return
    everybody = np.ones(patients.days.size, dtype=bool)
    own = place.at(variable=analysis.endpoint.id)
    yield from _ratio(own, patients, everybody)
    for column in analysis.covariates:
        levels = {level.id: level for level in shown_levels(variables[column])}
        value = patients.columns[column]
        inside = {key: value == level.value for key, level in levels.items()}
        for key, chosen in inside.items():
            here = place.at(variable=column, level=key)
            yield from _ratio(here, patients, chosen)
        yield from _interaction(place.at(variable=column), patients, inside)


def shown_levels(variable: Variable) -> tuple[Level, ...]:
    """Levels of a variable but the unknown; of a lone yes or no both sides."""
    known = tuple(each for each in variable.levels if each.value != variable.unknown)
    if len(known) == 1 and isinstance(known[0].value, bool):
        both = (Level(True, "Yes", "yes"), Level(False, "No", "no"))
        return both
    return known


def _ratio(place: Place, patients: Compared, chosen: NDArray) -> Iterator[Result]:
    """Sizes and events per arm, and the ratio among the chosen."""
    some = patients.where(chosen)
    sides = {some.treatment: some.treated, some.reference: ~some.treated}
    for arm, side in sides.items():
        here, n = place.at(arm=arm), int(side.sum())
        yield here.count("n", n, n)
        events = int(some.event[side].sum())
        yield here.count("n_events", events, n, "count of events")
    values, remark = estimated(some.hazard_ratio, 4)
    # all events of a level in one arm: the ratio runs away to 0 or infinity
    method = (
        f"Cox proportional hazards among the patients of the level, {some.treatment}"
        f" against {some.reference}, unadjusted, Efron ties; 95% CI Wald; {remark}{OWN}"
    )
    n = some.days.size
    yield from place.limited("hazard_ratio", values[:3], "ratio", method, n)


def _interaction(
    place: Place, patients: Compared, inside: dict[str, NDArray]
) -> Iterator[Result]:
    """Do the ratios of the levels differ? A likelihood-ratio test among the known."""
    from scipy.stats import chi2

    filled = [chosen for chosen in inside.values() if chosen.any()]
    known = np.any(filled, axis=0) if filled else np.zeros(patients.days.size, bool)
    some, freedom = patients.where(known), len(filled) - 1

    def test() -> list[float]:
        if freedom < 1:
            raise ValueError("only one level has patients")
        treated = some.treated * 1.0
        level = [chosen[known] * 1.0 for chosen in filled[1:]]
        main = {"treated": treated, **{f"l{i}": x for i, x in enumerate(level)}}
        whole = main | {f"t{i}": treated * x for i, x in enumerate(level)}
        about = {"time": some.days, "event": some.event}
        fits = [cox(each, " + ".join(each), **about) for each in (main, whole)]
        square = 2 * (fits[1].log_likelihood - fits[0].log_likelihood)
        return [float(square), float(chi2.sf(square, freedom))]

    (square, p_value), remark = estimated(test, 2)
    method = (
        f"interaction of arm and variable: likelihood-ratio test of Cox models, Efron"
        f" ties, {max(freedom, 0)} df, two-sided, among the known; {remark}{OWN}"
    )
    n = int(known.sum())
    yield place.number("interaction_p", p_value, "probability", method, n)
    yield place.number("interaction_chi_square", square, "chi-square", method, n)
