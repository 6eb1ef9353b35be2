"""Definitions that a paper prints, as the rules and parameters in force here."""

from collections.abc import Iterator

from oncohort.analysis.plan import Analysis, Definition, Plan
from oncohort.analysis.results import Place, Result
from oncohort.analysis.store import StudyTables

STATISTIC = "value"
RULES = "int_rule_sets__united", "rule_set_id"
PARAMETERS = "int_study_parameters__united", "study_id"


def definitions(
    place: Place, plan: Plan, analysis: Analysis, data: StudyTables
) -> Iterator[Result]:
    """One result per definition of the plan, and `alpha`.

    Raises
    ------
    ValueError
        If the rule or parameter is not declared or is no number.
    """
    for each in analysis.definitions:
        key = each.rule or each.parameter
        value = _value(plan, each, data)
        method = f"{'rule' if each.rule else 'parameter'} {key}, as the models read it"
        if each.is_in_days:
            value /= plan.days_per_month
            method = f"{method}, in days; one month is {plan.days_per_month} days"
        here = place.at(variable=each.id)
        yield here.number(STATISTIC, value, each.unit, method, text=f"{value:g}")
    method = "two-sided level below which a P is called significant, from the plan"
    here = place.at(variable="alpha")
    text = f"{plan.alpha:g}"
    yield here.number(STATISTIC, plan.alpha, "probability", method, text=text)


def _value(plan: Plan, definition: Definition, data: StudyTables) -> float:
    """The number in force: of a rule by rule set `default`, else of the study."""
    if definition.rule:
        (table, column), key, owner = RULES, definition.rule, "default"
    else:
        (table, column), key, owner = PARAMETERS, definition.parameter, plan.study_id
    rows = data.connection.execute(
        f"select value from intermediate.{table} where parameter = ? and {column} = ?",  # noqa: S608
        [key, owner],
    ).fetchall()
    if len(rows) != 1:
        raise ValueError(f"definition {definition.id}: {owner} has no {key!r}")
    try:
        return float(rows[0][0])
    except ValueError as error:
        raise ValueError(
            f"definition {definition.id}: {key} is {rows[0][0]!r}, no number"
        ) from error
