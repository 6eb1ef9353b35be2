"""Adverse events: patients by term and band of the worst grade, per arm."""

from collections import Counter
from collections.abc import Iterator

from oncohort.analysis.plan import Analysis, Plan
from oncohort.analysis.proportions import shares
from oncohort.analysis.results import Place, Result, with_all
from oncohort.analysis.store import StudyTables

ANY_TERM = "any_term"
# CTCAE 5: a grade 5 is a death; an event recorded without grade is in `any` only
BANDS = {
    "any": (None, 1, 2, 3, 4, 5),
    "g1_2": (1, 2),
    "g3_4": (3, 4),
    "g5": (5,),
    "grade_unknown": (None,),
}
# the others are shown if anybody has one
PRINTED = ("any", "g1_2", "g3_4")
WORST = "count of patients by the worst grade of the term (CTCAE), each patient once"
EVENTS = "sum of the patients of each term: a patient with two terms counts twice"


def adverse_events(
    place: Place, plan: Plan, analysis: Analysis, data: StudyTables
) -> Iterator[Result]:
    """Results of each term of the plan and of any term; the level is the band.

    The population, all asked about adverse events, is the denominator; `n_events` of
    any term is the sum over the terms. A term of the data that the plan does not name
    is a ValueError.
    """
    sizes = data.counts(None, analysis).get(None, Counter())
    arms = [arm.value for arm in plan.arms if sizes[arm.value]]
    for arm, n in with_all({arm: sizes[arm] for arm in arms}).items():
        yield place.at(variable="patients", arm=arm).count("n", n)
    grades = _grades(analysis, data)
    seen = {each for *_, each in grades}
    bands = {k: v for k, v in BANDS.items() if k in PRINTED or seen & {*v}}
    variables = {each.id: {each.value} for each in analysis.terms}
    for name, terms in {
        **variables,
        ANY_TERM: set().union(*variables.values()),
    }.items():
        worst = _worst(grades, terms)
        for band, grade in bands.items():
            here = place.at(variable=name, level=band)
            inside = Counter(arm for arm, each in worst.values() if each in grade)
            table = {arm: (inside[arm], sizes[arm]) for arm in arms}
            for row in shares(here, plan, table):
                is_count = row.statistic == "n"
                yield row._replace(method=_method(row)) if is_count else row
    for band, grade in bands.items():
        events = Counter(arm for _, arm, _, each in grades if each in grade)
        for arm, n in with_all({arm: events[arm] for arm in arms}).items():
            here = place.at(variable=ANY_TERM, level=band, arm=arm)
            yield here.count("n_events", n, method=EVENTS, unit="events")


def _method(row: Result) -> str:
    return row.method.replace("count of patients", WORST)


def _grades(
    analysis: Analysis, data: StudyTables
) -> list[tuple[str, str, str, int | None]]:
    """Patient, arm, term and worst grade of those of the population."""
    what = f'patient_id, "{analysis.arm_column}"'
    arms = dict(data.select(what, analysis.population, analysis.table))
    columns = f'patient_id, "{analysis.term}", "{analysis.grade}"'
    rows = data.select(columns, table=analysis.events)
    known = {each.value for each in analysis.terms}
    unknown = {term for _, term, _ in rows} - known
    if unknown:
        raise ValueError(
            f"{analysis.events} holds the terms {', '.join(sorted(unknown))}, which the"
            " plan's terms do not name: add them there"
        )
    return [(who, arms[who], term, grade) for who, term, grade in rows if who in arms]


def _worst(
    grades: list[tuple[str, str, str, int | None]], terms: set
) -> dict[str, tuple[str, int | None]]:
    """Arm and worst grade of each patient with one of the terms; a known one wins."""
    worst: dict[str, tuple[str, int | None]] = {}
    for who, arm, term, grade in grades:
        if term in terms:
            known = [each for each in (grade, worst.get(who, ("", None))[1]) if each]
            worst[who] = (arm, max(known, default=None))
    return worst
