"""The trail of one patient: sections of text and of records, from published tables."""

import csv
from pathlib import Path
from typing import Any, NamedTuple

from oncohort.errors import ConfigError
from oncohort.explain.records import Calendar, Entry, Records, Row, rows
from oncohort.identity import quoted_name
from oncohort.workspace import Workspace

BEST_RESPONSE, TREATMENT = "bor", "treatment"
# parameters of a rule set that a section's text rests on; of `bor` all others
_PARAMETERS = {
    "lines": ("episode_gap", "restart_gap", "regimen_window", "carry_over"),
    "resistance": ("on_treatment", "adjuvant_resistance", "metastatic_resistance"),
}
_OTHERS = ("safety_tail", "baseline_lesion", "measurable_")


class Section(NamedTuple):
    """A heading, paragraphs, and records in the order of time."""

    title: str
    text: list[str]
    entries: list[Entry] = []
    notes: list[str] = []


class Study(NamedTuple):
    """What a study says of the patient: the step they failed, or their entry."""

    study_id: str
    folder: Path | None
    failed_step_no: int | None
    reason: str | None
    criterion: str | None
    arm: str | None
    start_on: Any


class Facts:
    """Questions about one patient to the published tables."""

    def __init__(self, connection: Any, workspace: Workspace, patient_id: str) -> None:
        """Keep what is asked; nothing is read yet."""
        self.connection, self.workspace = connection, workspace
        self.patient_id = patient_id

    def ask(self, table: str, where: str = "true", values: tuple = ()) -> list[Row]:
        """Return the patient's rows of a table, `[]` where there is no such table."""
        schema, name = table.split(".")
        if not self.has(schema, name):
            return []
        query = f"select * from {quoted_name(schema)}.{name}"  # noqa: S608
        query += f" where patient_id = ? and {where}"
        return rows(self.connection, query, [self.patient_id, *values])

    def has(self, schema: str, table: str) -> bool:
        """Return whether a table is published."""
        query = "from duckdb_tables() where schema_name = ? and table_name = ?"
        return bool(self.connection.execute(query, [schema, table]).fetchall())

    def study(self, wanted: str | None) -> Study | None:
        """Return the study asked for, or the only one that screened the patient.

        Raises
        ------
        ConfigError
            If it is not published, or several screened the patient.
        """
        query = "select schema_name from duckdb_tables() where table_name = 'eligibility'"
        known = sorted(name for (name,) in self.connection.execute(query).fetchall())
        if wanted is not None and wanted not in known:
            message = f"no study `{wanted}` is published"
            raise ConfigError(message, f"known: {', '.join(known) or 'none'}")
        asked = [wanted] if wanted else known
        screened = [s for s in asked if self.ask(f"{s}.eligibility")]
        if not screened and wanted:
            message = f"study `{wanted}` did not screen this patient"
            raise ConfigError(message, "leave out --study", value=self.patient_id)
        if len(screened) > 1:
            message = f"the patient was screened by {', '.join(screened)}"
            raise ConfigError(message, "say which with --study", value=self.patient_id)
        return self._study(screened[0]) if screened else None

    def _study(self, study_id: str) -> Study:
        (judged,) = self.ask(f"{study_id}.eligibility")
        (entered,) = self.ask(f"{study_id}.entries") or [{}]
        failed = judged["failed_step_no"]
        criterion = None
        if failed is not None and self.has(study_id, "cohort_flow"):
            query = f"select criterion from {quoted_name(study_id)}.cohort_flow "  # noqa: S608
            found = self.connection.execute(query + "where step_no = ?", [failed])
            criterion = (found.fetchone() or [None])[0]
        folder = self.workspace.study_dirs().get(study_id)
        place = (study_id, folder, failed, judged["reason"], criterion)
        return Study(*place, entered.get("arm"), entered.get("time_zero_on"))

    def rules(self, table: str, study: Study | None, rule_set: str) -> list[Row]:
        """Return rows of a reference table for a rule set, then the study's own."""
        query = f"select * from reference.{table} where rule_set_id = ?"  # noqa: S608
        found = rows(self.connection, query, [rule_set])
        path = study and study.folder and study.folder / f"{table}.csv"
        if path and path.is_file():
            with path.open(encoding="utf-8-sig", newline="") as file:
                own = [row for row in csv.DictReader(file)]
            found += [row for row in own if row["rule_set_id"] == rule_set]
        return found


def eligibility(facts: Facts, records: Records, study: Study | None) -> Section:
    """Return why the patient is in or out of the study, with the records behind it."""
    if study is None:
        return Section("In no study", ["No published study screened this patient."])
    if study.failed_step_no is None:
        arm = f", arm {study.arm}" if study.arm else ""
        start = f"{study.start_on}, " if records.calendar.date(study.start_on) else ""
        text = f"In the study {study.study_id}{arm}; follow-up starts on {start}day "
        return Section("In the study", [f"{text}{records.calendar.first_day}."])
    step = f"step {study.failed_step_no}"
    step += f", “{study.criterion}”" if study.criterion else ""
    text = [f"Out of the study {study.study_id} at {step}: {study.reason}."]
    table = f"{study.study_id}.eligibility_evidence"
    found = facts.ask(table, "step_no = ?", (study.failed_step_no,))
    entries = [records.entry(r["source_row_id"], None, r["words"]) for r in found]
    if not entries:
        text.append("The study names no record behind it.")
    return Section("Out of the study", text, in_time(entries))


def endpoint(
    facts: Facts, records: Records, study: Study, row: Row, is_brief: bool
) -> Section:
    """Return what ends the follow-up of one endpoint; unless brief, all it was not."""
    code, rule_set = row["endpoint_code"], row["rule_set_id"]
    where = "study_id = ? and endpoint_code = ? and rule_set_id = ?"
    place = (study.study_id, code, rule_set)
    found = facts.ask("core.time_to_event_candidates", where, place)
    decider = next((one for one in found if one["is_deciding"]), None)
    ends = "an event" if row["is_event"] else "censored, no event"
    days = f"{row['followup_days']:,} days"
    text = [f"Follow-up {days}, {ends}: {row['exit_reason']}."]
    entries = [
        records.entry(
            one["source_row_id"],
            one["candidate_on"],
            _what(one),
            _verdict(one, decider),
            one["is_deciding"],
        )
        for one in found
        if one["is_deciding"] or not is_brief
    ]
    notes = [] if is_brief else _rule_words(facts, study, code, rule_set, found)
    return Section(f"{code} (rules: {rule_set})", text, in_time(entries), notes)


def _what(one: Row) -> str:
    """Return what a candidate is; a loser's exit reason (last ...) would mislead."""
    is_named = one["is_deciding"] or one["role"] != "censor"
    return one["exit_reason"] if is_named else one["source_kind"].replace("_", " ")


def _verdict(one: Row, decider: Row | None) -> str:
    """Return why a candidate decides or loses; the mart's own words where it has any."""
    if one["is_deciding"] or decider is None:
        return "DECIDES" if one["is_deciding"] else ""
    if one.get("verdict"):
        return f"loses: {one['verdict']}"
    if decider["role"] != "censor" and one["role"] == "censor":
        return "loses: an event comes first"
    if one["candidate_on"] > decider["candidate_on"] and decider["role"] != "censor":
        return "loses: later than the deciding event"
    if one["source_kind"] == decider["source_kind"]:
        return "loses: not the latest of its kind"
    return f"loses: counts only without {decider['exit_reason']}"


def _rule_words(facts, study, code: str, rule_set: str, found: list[Row]) -> list[str]:
    """Return the rules of an endpoint in words, those that had a record marked."""
    used = {one["source_kind"] for one in found}
    deciding = {one["source_kind"] for one in found if one["is_deciding"]}
    words = []
    for rule in facts.rules("endpoint_definitions", study, rule_set):
        kind = rule["source_kind"]
        if rule["endpoint_code"] == code:
            state = "decides" if kind in deciding else "has records"
            state = f" [{state}]" if kind in used else ""
            words.append(
                f"{code}.{rule_set}.{kind} ({rule['role']} {rule['priority']}): "
                f"{rule['exit_reason']}: {rule['reason']} ({rule['source']}){state}"
            )
    return words


def parameters(
    facts: Facts, study: Study | None, topic: str, rule_set: str
) -> list[str]:
    """Return the parameters of a rule set that a topic rests on, in words."""
    own = _PARAMETERS.get(topic, ())
    others = (*(name for names in _PARAMETERS.values() for name in names), *_OTHERS)
    found = facts.rules("rule_sets", study, rule_set)
    return [
        f"{rule_set}.{rule['parameter']} = {rule['value']}: {rule['reason']} "
        f"({rule['source']})"
        for rule in found
        if (rule["parameter"].startswith(own) if own else topic == BEST_RESPONSE)
        and (own or not rule["parameter"].startswith(others))
    ]


def treatment(
    facts: Facts, records: Records, study: Study | None, is_brief: bool
) -> list[Section]:
    """Return the lines of treatment and the resistance; none where there are none."""
    drugs = records.of("treatments").values()
    entries = []
    start_on = study.start_on if study else None
    lines = sorted(facts.ask("core.treatment_lines"), key=lambda r: r["line_no"])
    for line, following in zip(lines, [*lines[1:], None], strict=True):
        opened = {
            row["source_row_id"]
            for found in drugs
            for row in found
            if row["started_on"] == line["anchor_on"]
        }
        is_index = start_on is not None and line["anchor_on"] <= start_on
        is_index &= following is None or (start_on or following["anchor_on"]) < following["anchor_on"]
        what = f"line {line['line_no']}: {line['regimen']}"
        for row_id in sorted(opened) or [None]:
            verdict = "INDEX TREATMENT" if is_index and what else ""
            entries.append(records.entry(row_id, line["anchor_on"], what, verdict))
            what = ""
    sections = []
    if entries:
        text = ["Each line with the record that opens it."]
        notes = [] if is_brief else parameters(facts, study, "lines", "default")
        sections.append(Section("Lines of treatment", text, entries, notes))
    found = facts.ask("core.trastuzumab_resistances")
    for row in found:
        what = f"{row['resistance_code']}, {row['resistance_setting']}"
        what += f" (line {row['line_no']})" if row["line_no"] else ""
        entry = records.entry(row["deciding_row_id"], row["resistance_on"], what)
        notes = [] if is_brief else parameters(facts, study, "resistance", "default")
        sections.append(Section("Resistance to trastuzumab", [], [entry], notes))
    return sections


def best_response(
    facts: Facts, records: Records, study: Study, rule_set: str, is_brief: bool
) -> list[Section]:
    """Return the best response with its record; unless brief, all assessments."""
    where = "study_id = ? and rule_set_id = ?"
    found = facts.ask("core.best_responses", where, (study.study_id, rule_set))
    sections = []
    for row in sorted(found, key=lambda row: row["is_confirmed"]):
        kind = "confirmed" if row["is_confirmed"] else "best"
        told = {row["deciding_row_id"]: "DECIDES"}
        told |= {row.get("confirming_row_id"): "CONFIRMS"}
        told.pop(None, None)
        named = set(told)
        if not is_brief:
            named |= {
                row_id
                for row_id, (one, *_) in records.of("assessments").items()
                if one["assessed_on"] and one["assessed_on"] > study.start_on
            }
        entries = [
            records.entry(i, None, "assessment", told.get(i, ""), i in told)
            for i in sorted(named)
        ]
        notes = [] if is_brief else parameters(facts, study, BEST_RESPONSE, rule_set)
        text = [f"{row['response_code']} ({kind} response)."]
        title = f"{BEST_RESPONSE}, {kind} overall response (rules: {rule_set})"
        sections.append(Section(title, text, in_time(entries), notes))
    return sections


def in_time(entries: list[Entry]) -> list[Entry]:
    """Return entries in the order of their days, undated ones last."""
    return sorted(entries, key=lambda one: (one.on is None, one.on, not one.is_deciding))
