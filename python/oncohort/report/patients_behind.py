"""The patients behind a count, as a select on the study's own tables.

The select is shown beside the list, so that a reader can ask the same: a list stands
only where it has as many patients as the result says. Names of columns are not quoted:
the plan's JSON schema lets only letters, digits and _ through.
"""

from typing import Any

from oncohort.analysis.adjusted_comparison import named_variables
from oncohort.analysis.adverse_events import ANY_TERM, BANDS
from oncohort.analysis.baseline_table import UNKNOWN
from oncohort.analysis.cohort_flow import slug
from oncohort.analysis.plan import Analysis, Plan, Population, Value
from oncohort.analysis.results import ALL, OVERALL
from oncohort.analysis.sensitivity import AS_PLANNED
from oncohort.identity import text_literal

Row = dict[str, Any]
SHORTEST = 8
_FLOW = {"n_in": ">=", "n_out": "=", "n_left": ">"}


def selection(plan: Plan, analysis: Analysis, row: Row, flow: list[Row]) -> str | None:
    """Return the select of the patients that a result counts; None if none is known.

    `flow` are rows of the study's cohort flow, which know the reasons for leaving.
    """
    if row["unit"] != "patients" or not row["value"]:
        return None
    if analysis.kind == "cohort_flow":
        return _select(plan, "eligibility", _flow_conditions(row, flow))
    if analysis.kind == "sensitivity":
        if row["level"] != AS_PLANNED:
            return _flips(plan, row)
        row = {**row, "level": OVERALL}
    where = _filter(analysis.population)
    if row["arm"] != ALL:
        where.append(_is(analysis.arm_column, row["arm"]))
    if analysis.kind == "adverse_events" and row["level"] in BANDS:
        conditions = _by_grade(plan, analysis, row)
    elif analysis.kind == "multivariable":
        conditions = _in_model(plan, analysis, row)
    elif _has_endpoint(analysis, row):
        conditions = _by_endpoint(analysis, row)
    else:
        conditions = _by_column(plan, analysis, row)
    if conditions is None:
        return None
    return _select(plan, analysis.table, where + conditions)


def shown_patients(ids: list[str], plan: Plan) -> list[str]:
    """Return patients as a page lists them: shortened, but never two alike.

    `oncohort explain` takes the beginning of an id. No page lists patients elsewhere,
    and none of a study whose small counts are masked: two lists compared would give
    one back.
    """
    if plan.masked_below:
        return []
    length = SHORTEST
    while len({each[:length] for each in ids}) < len(set(ids)):
        length += 4
    return sorted(each[:length] for each in ids)


def _flow_conditions(row: Row, flow: list[Row]) -> list[str]:
    step_no = int(row["variable"].removeprefix("step_"))
    found = [f"failed_step_no {_FLOW[row['statistic']]} {step_no}"]
    if row["statistic"] != "n_out":
        found = [f"({found[0]} or failed_step_no is null)"]
    if row["population"] != ALL:
        found.append(_is("site_id", row["population"]))
    if row["level"] != OVERALL:
        reasons = {each["reason"] for each in flow if each["step_no"] == step_no}
        chosen = [each for each in reasons if each and slug(each) == row["level"]]
        found.append(f"reason in ({', '.join(map(text_literal, sorted(chosen)))})")
    return found


def _has_endpoint(analysis: Analysis, row: Row) -> bool:
    return bool(analysis.endpoint) and analysis.endpoint.id == row["variable"]


def _by_endpoint(analysis: Analysis, row: Row) -> list[str] | None:
    """Patients with a time, an event, censored, or without a time."""
    time, event = analysis.endpoint.time, analysis.endpoint.event
    known = f"{time} is not null"
    found = {
        "n": [known],
        "n_events": [known, event],
        "n_censored": [known, f"not {event}"],
        "n_without_time": [f"{time} is null"],
    }
    return found.get(row["statistic"]) if row["level"] == OVERALL else None


def _by_column(plan: Plan, analysis: Analysis, row: Row) -> list[str] | None:
    """Patients whose column, the variable, has the value of the level."""
    if row["variable"] == "patients" and row["level"] == OVERALL:
        return [] if row["statistic"] == "n" else None
    declared = (
        named_variables(plan, analysis) if analysis.baseline else analysis.variables
    )
    variable = next((v for v in declared if v.column == row["variable"]), None)
    unknown = variable.unknown if variable else None
    column = row["variable"]
    if row["statistic"] == "n_known":
        known = [f"{column} is not null"]
        return known + [f"{column} <> {_literal(unknown)}"] * (unknown is not None)
    if row["statistic"] != "n":
        return None
    if analysis.kind == "sensitivity":
        # responders: no column is named as they are
        return None
    levels = {level.id: level.value for level in variable.levels} if variable else {}
    value = levels.get(row["level"], {"yes": True, "no": False}.get(row["level"]))
    if row["level"] == UNKNOWN or (unknown is not None and value == unknown):
        is_unknown = [f"{column} = {_literal(unknown)}"] * (unknown is not None)
        return [f"({' or '.join([f'{column} is null', *is_unknown])})"]
    return [_is(row["variable"], row["level"] if value is None else value)]


def _in_model(plan: Plan, analysis: Analysis, row: Row) -> list[str] | None:
    """Patients of a category, or of a group within one, and those with an event."""
    if row["statistic"] not in ("n", "n_events"):
        return None
    crossed = f"{analysis.interaction}_"
    about = {**row, "statistic": "n"}
    if row["variable"] == "arm" and row["level"].startswith(crossed):
        level = row["level"].removeprefix(crossed)
        about |= {"variable": analysis.interaction, "level": level}
    elif row["variable"] == "arm":
        about["variable"] = "patients"
    event = [analysis.endpoint.event] * (row["statistic"] == "n_events")
    conditions = _by_column(plan, analysis, about)
    return None if conditions is None else conditions + event


def _flips(plan: Plan, row: Row) -> str | None:
    """Patients in whom a variant gives another value, or who leave or enter by it."""
    moved = {"n_changed": "", "n_left": " and planned_value = 'in'"}
    moved["n_entered"] = " and planned_value = 'out'"
    if row["statistic"] not in moved:
        return None
    field = f" and field = {_literal(row['variable'])}"
    return (
        f"select distinct patient_id from analysis.variant_flips"  # noqa: S608
        f" where study_id = {_literal(plan.study_id)}"
        f" and analysis_id = {_literal(row['analysis_id'])}"
        f" and variant_id = {_literal(row['level'])}"
        f"{field if row['variable'] != 'patients' else ''}{moved[row['statistic']]}"
    )


def _by_grade(plan: Plan, analysis: Analysis, row: Row) -> list[str]:
    """Patients whose worst grade of the term, or of any, is in the band."""
    terms = [t.value for t in analysis.terms if row["variable"] in (t.id, ANY_TERM)]
    grades = BANDS[row["level"]]
    known = [str(grade) for grade in grades if grade is not None]
    worst = [f"max({analysis.grade}) in ({', '.join(known)})"] * bool(known)
    worst += [f"max({analysis.grade}) is null"] * (None in grades)
    who = (
        f"select patient_id from {plan.study_id}.{analysis.events}"  # noqa: S608
        f" where {analysis.term} in ({', '.join(map(_literal, terms))})"
        f" group by patient_id having {' or '.join(worst)}"
    )
    return [f"patient_id in ({who})"]


def _select(plan: Plan, table: str, where: list[str]) -> str:
    name = f"{plan.study_id}.{table}"
    return f"select patient_id from {name} where {' and '.join(where) or 'true'}"  # noqa: S608


def _filter(population: Population | None) -> list[str]:
    filters = population.filter if population else {}
    return [
        f"{column} in ({', '.join(map(_literal, values))})"
        for column, values in filters.items()
    ]


def _is(column: str, value: Value) -> str:
    return f"{column} = {_literal(value)}"


def _literal(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return text_literal(value) if isinstance(value, str) else str(value)
