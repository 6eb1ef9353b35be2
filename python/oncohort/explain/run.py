"""Puts a patient's trail together, and prints it or writes its page."""

from pathlib import Path
from typing import IO, Any, NamedTuple

from oncohort.errors import ConfigError
from oncohort.explain.find_patient import find_patient
from oncohort.explain.records import Calendar, Records
from oncohort.explain.trail import (
    BEST_RESPONSE,
    TREATMENT,
    Facts,
    Section,
    Study,
    best_response,
    eligibility,
    endpoint,
    treatment,
)
from oncohort.sql import database_file
from oncohort.workspace import Workspace


class Trail(NamedTuple):
    """All that is told of a patient; `mappings`: how the files were read, numbered."""

    patient_id: str
    site_id: str
    is_made_up: bool
    study_id: str
    asked: str
    calendar: Calendar
    sections: list[Section]
    mappings: list[str]


def explain(
    workspace: Workspace,
    patient: str,
    endpoint_code: str | None,
    out: IO[str],
    study: str | None = None,
    rule_set: str = "default",
    is_raw: bool = False,
    is_html: bool = False,
) -> Path | None:
    """Print why a patient has an endpoint or is in no study; return the page, if any.

    Raises
    ------
    ConfigError
        If nothing is published, the patient, study, endpoint or rule set is unknown,
        or the originals are not there for the raw text.
    """
    import duckdb

    if is_raw and is_html:
        message = "a page never holds the raw text, which may identify the patient"
        raise ConfigError(message, "leave out --raw or --html")
    database = database_file(workspace, working=False)
    with duckdb.connect(str(database), read_only=True) as connection:
        told = _trail(
            connection, workspace, patient, endpoint_code, study, rule_set, is_raw
        )
    if is_html:
        from oncohort.report.patient_page import write_patient_page

        return write_patient_page(workspace, told)
    from oncohort.explain.terminal import print_trail

    print_trail(told, out)
    return None


def _trail(
    connection: Any,
    workspace: Workspace,
    text: str,
    code: str | None,
    wanted: str | None,
    rule_set: str,
    is_raw: bool,
) -> Trail:
    patient_id, _ = find_patient(connection, workspace.landing, text)
    facts = Facts(connection, workspace, patient_id)
    (patient,) = facts.ask("core.patients")
    study = facts.study(wanted)
    endpoints = _endpoints(facts, study)
    calendar = _calendar(facts, study, patient, endpoints)
    records = Records(connection, workspace, patient, calendar, is_raw)
    sections = [eligibility(facts, records, study)]
    is_brief = code is None
    if code in (None, TREATMENT):
        sections += treatment(facts, records, study, is_brief)
    if code == TREATMENT:
        pass
    elif study and study.failed_step_no is None:
        chosen = _chosen(endpoints, code, rule_set)
        sections += [
            endpoint(facts, records, study, row, is_brief) for row in chosen
        ]
        if code in (None, BEST_RESPONSE):
            sections += best_response(facts, records, study, rule_set, is_brief)
    elif code is not None:
        sections.append(Section(code, ["No endpoint: the patient is in no study."]))
    return Trail(
        patient_id,
        patient["site_id"],
        bool(records.site and records.site.is_made_up),
        study.study_id if study else "",
        code or "summary",
        calendar,
        sections,
        list(records.mappings),
    )


def _endpoints(facts: Facts, study: Study | None) -> list[dict]:
    where = "study_id = ? order by endpoint_code desc, rule_set_id"
    return facts.ask("core.time_to_event", where, (study.study_id,)) if study else []


def _calendar(facts: Facts, study: Study | None, patient: dict, endpoints) -> Calendar:
    """Return how days are told: from time zero, else from the first diagnosis."""
    start_on, first_day = study.start_on if study else None, 0
    is_offset = patient["date_basis"] == "offset"
    if endpoints and endpoints[0]["end_on"]:
        row = endpoints[0]
        first_day = row["followup_days"] - (row["end_on"] - row["start_on"]).days
    if start_on is None and is_offset:
        found = [row["diagnosed_on"] for row in facts.ask("core.diagnoses")]
        start_on = min(filter(None, found), default=None)
    return Calendar(start_on, is_offset, first_day)


def _chosen(endpoints: list[dict], code: str | None, rule_set: str) -> list[dict]:
    """Return the endpoints asked for.

    Raises
    ------
    ConfigError
        If the study has no such endpoint, or not under that rule set.
    """
    own = [row for row in endpoints if row["rule_set_id"] == rule_set]
    chosen = [row for row in own if code in (None, row["endpoint_code"])]
    if not chosen and code != BEST_RESPONSE:
        there = [f"{row['endpoint_code']} ({row['rule_set_id']})" for row in endpoints]
        raise ConfigError(
            f"the study has no endpoint `{code or 'any'}` under rule set `{rule_set}`",
            f"there are {', '.join([*there, BEST_RESPONSE, TREATMENT])}; another rule set with "
            "--rule-set",
        )
    return chosen
