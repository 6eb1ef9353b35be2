"""The rule set of the CDISC study once more, in loops, from its words alone.

SD at least 42 days after the start, else NE; confirmation at least 28 days later, at
most one NE and no SD between, no PR after CR; an unconfirmed CR or PR at 42 days or
more is SD; nothing after the first PD; assessments before the start and values that
RECIST does not know are ignored; a missing day is the last of its month; the worst
response of a day counts. Shares nothing with the models: neither code nor way of
counting.
"""

from calendar import monthrange
from datetime import date
from typing import NamedTuple

BEST_FIRST = ["CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE"]
WORST_FIRST = ["PD", "NON-CR/NON-PD", "SD", "PR", "CR", "NE"]


class Reading(NamedTuple):
    """One row of rs.csv that is an overall response."""

    day: str
    response: str
    assessor: str = "INVESTIGATOR"
    reader: str = ""
    is_accepted: bool = False
    visit: str = ""


def full_day(text: str) -> date | None:
    """The day, the last of the month where only that is known, else nothing."""
    if len(text) == 7:
        year, month = map(int, text.split("-"))
        return date(year, month, monthrange(year, month)[1])
    return date.fromisoformat(text) if len(text) == 10 else None


def outvoted(reading: Reading, readings: list[Reading]) -> bool:
    """Whether another reading of that visit or day is the accepted one."""
    if reading.is_accepted:
        return False
    return any(
        other.is_accepted
        and other.assessor == reading.assessor
        and (
            other.day == reading.day or (reading.visit and other.visit == reading.visit)
        )
        for other in readings
    )


def visits(readings: list[Reading], start: date, assessor: str | None) -> list:
    """(day, response) in order: one a day, from the start to the first PD."""
    by_day: dict[date, list[str]] = {}
    for reading in readings:
        day = full_day(reading.day)
        if assessor not in (None, reading.assessor) or outvoted(reading, readings):
            continue
        if day is not None and day >= start and reading.response in BEST_FIRST:
            by_day.setdefault(day, []).append(reading.response)
    kept = []
    for day in sorted(by_day):
        kept.append((day, min(by_day[day], key=WORST_FIRST.index)))
        if kept[-1][1] == "PD":
            break
    return kept


def is_confirmed(at: int, kept: list) -> bool:
    """Whether a later visit confirms the CR or PR of visit number `at`."""
    day, response = kept[at]
    for later in range(at + 1, len(kept)):
        confirming = ["CR"] if response == "CR" else ["CR", "PR"]
        if kept[later][1] not in confirming or (kept[later][0] - day).days < 28:
            continue
        between = [said for _, said in kept[at + 1 : later]]
        seen = [*between, kept[later][1]]
        falls_back = "CR" in seen and "PR" in seen[seen.index("CR") :]
        tolerated = {"CR", "NE"} if response == "CR" else {"CR", "PR", "NE"}
        if set(between) <= tolerated and between.count("NE") <= 1 and not falls_back:
            return True
    return False


def best(kept: list, start: date, with_confirmation: bool) -> tuple:
    """(category, first day it was met); MISSING without any visit."""
    found = []
    for at, (day, response) in enumerate(kept):
        counts_as = response
        if with_confirmation and response in ("CR", "PR"):
            counts_as = response if is_confirmed(at, kept) else "SD"
        if counts_as in ("SD", "NON-CR/NON-PD") and (day - start).days < 42:
            counts_as = "NE"
        found.append((BEST_FIRST.index(counts_as), day))
    if not found:
        return ("MISSING", None)
    rank, day = min(found)
    return (BEST_FIRST[rank], day)


def progression_free(kept: list, start: date, death: date | None) -> tuple:
    """(end, days, event, end if censored at the last adequate assessment)."""
    events = [day for day, said in kept if said == "PD"] + ([death] if death else [])
    if events:
        end = min(events)
        return (end, (end - start).days + 1, True, end)
    adequate = [day for day, said in kept if said != "NE"]
    return (start, 1, False, max(adequate, default=start))
