"""Cox model of the arm and covariates, with the arm's ratio in each stratum of one."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from oncohort.analysis.compared import OWN, Compared, compared_patients
from oncohort.analysis.plan import Analysis, Plan, Variable
from oncohort.analysis.results import Place, Result
from oncohort.analysis.store import StudyTables
from oncohort.survival import cox
from oncohort.survival.cox_fit import chi_square_test
from oncohort.survival.limits import normal_quantile

ARM, UNKNOWN = "arm", "unknown"


class Term(NamedTuple):
    """A variable in the model: its levels that have patients, the reference first."""

    column: str
    levels: dict[str, NDArray[np.bool_]]


class Model(NamedTuple):
    """Patients, terms, the term that the arm is crossed with, and words for both."""

    patients: Compared
    terms: list[Term]
    crossed: Term
    about: str


def multivariable(
    place: Place, plan: Plan, analysis: Analysis, data: StudyTables
) -> Iterator[Result]:
    """Ratios of every level but the first, of the arm by stratum, and the interaction.

    A variable's reference is its first level in the plan; what is not known is a level
    of its own, or with `complete_cases` those patients are out. Variable `arm`: level
    `overall` from the model without interaction; `<column>_<level>` within a stratum.
    A variable of which the population has one level only is left out.
    """
    columns = [variable.column for variable in analysis.variables]
    patients = compared_patients(plan, analysis, data, columns)
    if patients is None:
        return
    model = _model(analysis, patients)
    yield from _sizes(place, model)
    arm = {"arm": model.patients.treated * 1.0}
    covariates = {
        f"v{number}_{index}": is_it * 1.0
        for number, term in enumerate(model.terms)
        for index, is_it in enumerate(list(term.levels.values())[1:], 1)
    }
    products = {
        f"product_{index}": is_it * arm["arm"]
        for index, is_it in enumerate(list(model.crossed.levels.values())[1:], 1)
    }
    own = place.at(variable=ARM)
    try:
        without = _fit(model.patients, arm | covariates)
        crossed = _fit(model.patients, arm | covariates | products)
    except ValueError as error:
        # a level without events, or one that another repeats
        why = f"not estimable: {error}; {model.about}; {OWN}"
        yield own.number("hazard_ratio", None, "ratio", why)
        return
    method = f"Cox proportional hazards without interaction: {model.about}"
    yield from _ratio(own, without, ["arm"], method)
    cross = f"with interaction arm x {model.crossed.column}"
    method = f"Cox proportional hazards {cross}: {model.about}"
    for number, term in enumerate(model.terms):
        for index, level in enumerate(list(term.levels)[1:], 1):
            here = place.at(variable=term.column, level=level)
            how = method
            if term is model.crossed:
                how = f"{method}; among {model.patients.reference}"
            yield from _ratio(here, crossed, [f"v{number}_{index}"], how)
    yield from _interaction(place, model, without, crossed, method)


def _model(analysis: Analysis, patients: Compared) -> Model:
    """Terms of the model, and who is in it."""
    found = [_term(patients, variable) for variable in analysis.variables]
    chosen = np.ones(patients.days.size, dtype=bool)
    if analysis.complete_cases:
        for term in found:
            chosen &= ~term.levels.pop(UNKNOWN, np.zeros_like(chosen))
    patients = patients.where(chosen)
    terms = []
    for term in found:
        levels = {name: is_it[chosen] for name, is_it in term.levels.items()}
        kept = {name: is_it for name, is_it in levels.items() if is_it.any()}
        if len(kept) > 1:
            terms.append(Term(term.column, kept))
    crossed = [term for term in terms if term.column == analysis.interaction]
    if not crossed:
        raise ValueError(
            f"interaction {analysis.interaction} has no two levels among the patients:"
            " name another variable of the analysis"
        )
    who = "complete cases" if analysis.complete_cases else "unknown a level of its own"
    names = ", ".join(term.column for term in terms)
    arms = f"{patients.treatment} against {patients.reference}"
    about = f"{arms}, {names}; {who}; Efron ties; 95% CI and P Wald, two-sided"
    return Model(patients, terms, crossed[0], about)


def _term(patients: Compared, variable: Variable) -> Term:
    """Who has each level; a value that the plan does not name is a ValueError."""
    column, none = patients.columns[variable.column], (None, variable.unknown)
    unknown = np.array([value in none for value in column])
    levels, known = {}, unknown.copy()
    for level in variable.levels:
        if level.value != variable.unknown:
            levels[level.id] = ~unknown & (column == level.value)
            known |= levels[level.id]
    if not known.all():
        value = column[~known][0]
        raise ValueError(
            f"column {variable.column} holds {value!r}: name it as a level"
        )
    return Term(variable.column, levels | {UNKNOWN: unknown})


def _sizes(place: Place, model: Model) -> Iterator[Result]:
    """Patients and events of all, of each level, and of each stratum by arm."""
    patients = model.patients
    arms = {patients.treatment: patients.treated, patients.reference: ~patients.treated}
    everybody = np.ones(patients.days.size, dtype=bool)
    rows = [(place.at(variable="patients"), everybody)]
    rows += [(place.at(variable=ARM, arm=arm), is_it) for arm, is_it in arms.items()]
    for term in model.terms:
        for level, is_it in term.levels.items():
            rows.append((place.at(variable=term.column, level=level), is_it))
    for level, is_it in model.crossed.levels.items():
        for arm, side in arms.items():
            stratum = f"{model.crossed.column}_{level}"
            here = place.at(variable=ARM, level=stratum, arm=arm)
            rows.append((here, is_it & side))
    for here, is_it in rows:
        n, n_events = int(is_it.sum()), int(patients.event[is_it].sum())
        yield here.count("n", n, method="count of patients in the model")
        yield here.count("n_events", n_events, n, "count of events in the model")


def _fit(patients: Compared, columns: dict[str, NDArray]):
    formula = " + ".join(columns)
    return cox(columns, formula, time=patients.days, event=patients.event)


def _ratio(
    place: Place, fit, names: list[str], method: str, statistic: str = "hazard_ratio"
) -> Iterator[Result]:
    """Ratio, limits and P of a sum of coefficients."""
    from scipy.special import ndtr

    chosen = np.isin(fit.terms, names)
    log_ratio = float(fit.coefficient[chosen].sum())
    error = float(fit.covariance[np.ix_(chosen, chosen)].sum()) ** 0.5
    width = normal_quantile(0.95) * error
    values = np.exp([log_ratio, log_ratio - width, log_ratio + width]).tolist()
    how = f"{method}; {OWN}"
    yield from place.limited(statistic, values, "ratio", how, fit.n)
    p_value = float(2 * ndtr(-abs(log_ratio / error)))
    yield place.number(f"{statistic}_p", p_value, "probability", how, fit.n)


def _interaction(
    place: Place, model: Model, without, crossed, method: str
) -> Iterator[Result]:
    """The arm's ratio in each stratum, the ratio of ratios, and the test."""
    column = model.crossed.column
    own = place.at(variable=ARM)
    first, *others = model.crossed.levels
    how = f"{method}; arm within {column} = {{}}"
    here = own.at(level=f"{column}_{first}")
    yield from _ratio(here, crossed, ["arm"], how.format(first))
    both = place.at(variable=f"{ARM}_by_{column}")
    for index, level in enumerate(others, 1):
        product = f"product_{index}"
        here = own.at(level=f"{column}_{level}")
        yield from _ratio(here, crossed, ["arm", product], how.format(level))
        ratios = f"{method}; ratio of the arm's ratio in {level} to that in {first}"
        here, name = both.at(level=level), "ratio_of_hazard_ratios"
        yield from _ratio(here, crossed, [product], ratios, name)
    gain = 2 * (crossed.log_likelihood - without.log_likelihood)
    test = chi_square_test(gain, len(others))
    df = f"two-sided, {test.df} df"
    test_method = f"likelihood ratio test of arm x {column}, {df}; {model.about}; {OWN}"
    yield both.number(
        "interaction_p", test.p_value, "probability", test_method, crossed.n
    )
    yield both.number(
        "interaction_chi_square", test.chi_square, "chi-square", test_method, crossed.n
    )
