"""Puts a patient's trail together, and prints it or writes its page."""

from pathlib import Path
from typing import IO, Any, NamedTuple

from oncohort.errors import ConfigError
from oncohort.explain.facts import Facts, Study
from oncohort.explain.find_patient import find_patient
from oncohort.explain.records import Calendar, Records
from oncohort.explain.trail import (
    BEST_RESPONSE,
    TREATMENT,
    Section,
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
        told = patient_trail(
            connection, workspace, patient, endpoint_code, study, rule_set, is_raw
        )
    if is_html:
        from oncohort.report.patient_page import write_patient_page

        return write_patient_page(workspace, told)
    from oncohort.explain.terminal import print_trail

    print_trail(told, out)
    return None


def patient_trail(
    connection: Any,
    workspace: Workspace,
    text: str,
    code: str | None = None,
    wanted: str | None = None,
    rule_set: str = "default",
    is_raw: bool = False,
) -> Trail:
    """Return what the published tables tell of the patient that a text means.

    Raises
    ------
    ConfigError
        If the patient, study, endpoint or rule set is unknown, or the originals are
        not there for the raw text.
    """
    patient_id, site_id = find_patient(connection, workspace.landing, text)
    facts = Facts(connection, workspace, patient_id)
    study = facts.study(wanted)
    _refuse_unknown(facts, study, code)
    calendar = _calendar(facts, study)
    records = Records(facts, site_id, calendar, is_raw)
    sections = [eligibility(facts, records, study)]
    is_brief = code is None
    if code in (None, TREATMENT):
        sections += treatment(facts, records, study, is_brief)
    if study and study.failed_step_no is None:
        sections += _endpoints(facts, records, study, code, rule_set)
    elif code not in (None, TREATMENT):
        sections.append(Section(code, ["No endpoint: the patient is not followed."]))
    reading = records.reading
    return Trail(
        patient_id,
        site_id,
        bool(reading and reading.site.is_made_up),
        study.study_id if study else "",
        code or "summary",
        calendar,
        sections,
        list(reading.mappings) if reading else [],
    )


def _refuse_unknown(facts: Facts, study: Study | None, code: str | None) -> None:
    known = [*(facts.endpoint_codes(study.study_id) if study else []), BEST_RESPONSE]
    if code not in (None, *known, TREATMENT):
        raise ConfigError(
            f"there is no endpoint `{code}`",
            f"there are {', '.join([*known, TREATMENT])}; or leave it out for all",
        )


def _calendar(facts: Facts, study: Study | None) -> Calendar:
    """Return how days are told: from time zero, else from the first diagnosis."""
    (patient,) = facts.ask("core.patients")
    start_on, is_offset = study and study.start_on, patient["date_basis"] == "offset"
    if start_on is None and is_offset:
        found = [row["diagnosed_on"] for row in facts.ask("core.diagnoses")]
        start_on = min(filter(None, found), default=None)
    return Calendar(start_on, is_offset)


def _endpoints(
    facts: Facts, records: Records, study: Study, code: str | None, rule_set: str
) -> list[Section]:
    """Return a section for each endpoint asked for, the best response last.

    Raises
    ------
    ConfigError
        If none is computed under that rule set.
    """
    where = "study_id = {study} order by endpoint_code desc, rule_set_id"
    there = facts.ask("core.time_to_event", where, study=study.study_id)
    sections = [
        endpoint(facts, records, study, row, code is None)
        for row in there
        if row["rule_set_id"] == rule_set and code in (None, row["endpoint_code"])
    ]
    if code in (None, BEST_RESPONSE):
        sections += best_response(facts, records, study, rule_set, code is None)
    if not sections and code != TREATMENT:
        rule_sets = sorted({row["rule_set_id"] for row in there})
        raise ConfigError(
            f"the patient has no {code or 'endpoint'} under rule set `{rule_set}`",
            f"say --rule-set; there are {', '.join(rule_sets) or 'none'}",
        )
    return sections
