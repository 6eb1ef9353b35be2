"""The trail of one patient: sections of text and of records, from published tables."""

from typing import NamedTuple

from oncohort.explain.facts import Facts, Row, Study
from oncohort.explain.records import Calendar, Entry, Records

BEST_RESPONSE, TREATMENT = "bor", "treatment"
# how the parameters of a rule set begin that a section rests on
_LINES = ("episode_gap", "restart_gap", "regimen_window", "carry_over")
_RESISTANCE = ("on_treatment", "adjuvant_resistance", "metastatic_resistance")
_RESPONSE = ("response_", "assessor", "partial_", "confirmation", "max_ne", "is_")
_RESPONSE += ("min_sd", "sd_", "no_assessment")


class Section(NamedTuple):
    """A heading, paragraphs, and records in the order of time; notes are rules.

    `calendar` counts days from another start than the patient's.
    """

    title: str
    text: list[str]
    entries: list[Entry] = []
    notes: list[str] = []
    calendar: Calendar | None = None


def eligibility(facts: Facts, records: Records, study: Study | None) -> Section:
    """Return why the patient is in or out of the study, with the records behind it."""
    if study is None:
        return Section("In no study", ["No published study screened this patient."])
    if study.failed_step_no is None:
        arm = f", arm {study.arm}" if study.arm else ""
        start = f"{study.start_on}, " if records.calendar.date(study.start_on) else ""
        text = f"In the study {study.study_id}{arm}; day 0 is {start}"
        return Section("In the study", [f"{text}the start of follow-up."])
    step = f"step {study.failed_step_no}"
    step += f", “{study.criterion}”" if study.criterion else ""
    text = [f"Out of the study {study.study_id} at {step}: {study.reason}."]
    table = f"{study.study_id}.eligibility_evidence"
    found = facts.ask(table, "step_no = {step}", step=study.failed_step_no)
    entries = [records.entry(r["source_row_id"], None, r["words"]) for r in found]
    if not entries:
        text.append("No record stands behind it, or the study names none.")
    return Section("Out of the study", text, in_time(entries))


def endpoint(
    facts: Facts, records: Records, study: Study, row: Row, is_brief: bool
) -> Section:
    """Return what ends the follow-up of one endpoint; unless brief, all it was not."""
    code, rule_set = row["endpoint_code"], row["rule_set_id"]
    where = "study_id = {study} and endpoint_code = {code} and rule_set_id = {rules}"
    place = {"study": study.study_id, "code": code, "rules": rule_set}
    found = facts.ask("core.time_to_event_candidates", where, **place)
    ends = "an event" if row["is_event"] else "censored, no event"
    days = f"{row['followup_days']:,} days"
    text = [f"Follow-up {days}, {ends}: {row['exit_reason']}."]
    entries = [
        records.entry(
            one["source_row_id"],
            one["candidate_on"],
            _what(one),
            "DECIDES" if one["is_deciding"] else f"loses: {one['verdict']}",
            one["is_deciding"],
        )
        for one in found
        if one["is_deciding"] or not is_brief
    ]
    notes = [] if is_brief else _rule_words(facts, study, code, rule_set, found)
    counted = records.calendar._replace(start_on=row["start_on"])
    if row["end_on"]:
        days = (row["end_on"] - row["start_on"]).days
        counted = counted._replace(first_day=row["followup_days"] - days)
    title = f"{code} (rules: {rule_set})"
    return Section(title, text, in_time(entries), notes, counted)


def _what(one: Row) -> str:
    """Return what a candidate is; a loser's exit reason (last ...) would mislead."""
    is_named = one["is_deciding"] or one["role"] != "censor"
    is_named = is_named or one["source_kind"] == "start"
    return one["exit_reason"] if is_named else one["source_kind"].replace("_", " ")


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


def _parameters(facts, study: Study | None, kinds: tuple, rule_set="default") -> list:
    """Return parameters of a rule set in words."""
    return [
        f"{rule_set}.{rule['parameter']} = {rule['value']}: {rule['reason']} "
        f"({rule['source']})"
        for rule in facts.rules("rule_sets", study, rule_set)
        if rule["parameter"].startswith(kinds)
    ]


def treatment(
    facts: Facts, records: Records, study: Study | None, is_brief: bool
) -> list[Section]:
    """Return the lines of treatment and the resistance; none where there are none."""
    drugs = records.of("treatments").values()
    entries = []
    start_on = study.start_on if study else None
    lines = sorted(facts.ask("core.treatment_lines"), key=lambda r: r["line_no"])
    for line in lines:
        opened = {
            row["source_row_id"]
            for found in drugs
            for row in found
            if row["started_on"] == line["anchor_on"]
        }
        following = line["next_anchor_on"]
        is_index = start_on is not None and line["anchor_on"] <= start_on
        is_index = is_index and (following is None or start_on < following)
        what = f"line {line['line_no']}: {line['regimen']}"
        for row_id in sorted(opened) or [None]:
            verdict = "INDEX TREATMENT" if is_index and what else ""
            entries.append(records.entry(row_id, line["anchor_on"], what, verdict))
            what = ""
    sections = []
    if entries:
        text = ["Each line with the record that opens it."]
        notes = [] if is_brief else _parameters(facts, study, _LINES)
        sections.append(Section("Lines of treatment", text, entries, notes))
    found = facts.ask("core.trastuzumab_resistances")
    for row in found:
        what = f"{row['resistance_code']}, {row['resistance_setting']}"
        what += f" (line {row['line_no']})" if row["line_no"] else ""
        entry = records.entry(row["deciding_row_id"], row["resistance_on"], what)
        notes = [] if is_brief else _parameters(facts, study, _RESISTANCE)
        sections.append(Section("Resistance to trastuzumab", [], [entry], notes))
    return sections


def best_response(
    facts: Facts, records: Records, study: Study, rule_set: str, is_brief: bool
) -> list[Section]:
    """Return the best response with its record; unless brief, all assessments."""
    where = "study_id = {study} and rule_set_id = {rules}"
    place = {"study": study.study_id, "rules": rule_set}
    found = facts.ask("core.best_responses", where, **place)
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
        notes = [] if is_brief else _parameters(facts, study, _RESPONSE, rule_set)
        text = [f"{row['response_code']} ({kind} response)."]
        title = f"{BEST_RESPONSE}, {kind} overall response (rules: {rule_set})"
        sections.append(Section(title, text, in_time(entries), notes))
    return sections


def in_time(entries: list[Entry]) -> list[Entry]:
    """Return entries in the order of their days, undated ones last."""
    return sorted(
        entries, key=lambda one: (one.on is None, one.on, not one.is_deciding)
    )
