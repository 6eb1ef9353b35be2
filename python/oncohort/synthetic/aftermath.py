"""After progression: later lines, survival, contacts."""

from datetime import date, timedelta

from oncohort.synthetic.dosing import give
from oncohort.synthetic.journey import CUTOFF, Journey
from oncohort.synthetic.scans import examination, scan

DAY = timedelta(days=1)
LATE_CHEMO = ("eribulin", "etoposide", "tegafur", "irinotecan", "liposomal_doxorubicin")
DATES = ("started_on", "ended_on", "assessed_on", "detected_on", "occurred_on",
         "contact_on", "diagnosed_on", "tested_on")  # fmt: skip


def build_aftermath(j: Journey) -> None:
    """Add what happened after the index treatment: survival, later lines.

    Parameters
    ----------
    j : Journey
        Patient with the event recorded; may get `death`.
    """
    is_dead = "death" in j.on
    if j.wish.is_event and not is_dead:
        _survive(j)
    if "death" in j.on:
        cause = "breast_cancer" if j.chance(0.9) else "other_cause"
        j.add("milestones", milestone="death", occurred_on=j.on["death"], cause=cause)
    if not is_dead:
        _later_lines(j)


def _survive(j: Journey) -> None:
    """Draw death after progression, or a last day on which the patient was seen."""
    left = 45 + int(j.rng.expovariate(1 / 420))
    day = j.pfs_end + timedelta(days=left)
    if day <= CUTOFF:
        if j.chance(0.75):
            j.on["death"] = day
        else:
            j.on["lost"] = day
    elif j.chance(0.12):
        j.on["death"] = CUTOFF + j.days(1, 31)


def _later_lines(j: Journey) -> None:
    if not j.wish.is_event:
        _without_progression(j)
        return
    last = min(j.on.get("death", CUTOFF) - DAY, j.on.get("lost", CUTOFF), CUTOFF)
    start = max(j.pfs_end, j.on["anchor"] + timedelta(days=30)) + j.days(3, 25)
    is_safety = j.boundary.startswith(("safety_", "ae_"))
    drugs = _second_candidate(j)
    while (last - start).days > 60 and not is_safety:
        end = min(start + j.days(50, 200), last - DAY)
        ongoing = end == last - DAY and "death" not in j.on and "lost" not in j.on
        for drug in drugs:
            give(j, drug, start, end, ongoing=ongoing and j.chance(0.5))
        scan(j, start + timedelta(days=40), j.rng.choice(("SD", "SD", "PR", "PD")))
        if not ongoing:
            scan(j, end, "PD", new=j.chance(0.3))
        start = end + j.days(3, 40)
        drugs = [j.rng.choice(LATE_CHEMO)]
        if j.chance(0.4):
            return


def _second_candidate(j: Journey) -> list[str]:
    """Drugs of the next line: often the other arm, which comes too late to count."""
    if not j.is_index_kept or j.failed:
        return ["eribulin"]
    if j.chance(0.2) and j.boundary != "second_candidate":
        return [j.rng.choice(LATE_CHEMO)]
    if j.wish.arm == "TBP":
        if "capecitabine" in j.wish.partners:
            return ["lapatinib", "vinorelbine"]
        return j.rng.choice((["lapatinib", "capecitabine"],) * 3
                            + (["pyrotinib", "capecitabine"],))  # fmt: skip
    if j.boundary == "second_candidate" or j.chance(0.7):
        return ["trastuzumab", j.rng.choice(("eribulin", "pemetrexed"))]
    return j.rng.choice((["trastuzumab_emtansine"], ["pyrotinib", "eribulin"]))


def _without_progression(j: Journey) -> None:
    """A censored patient: perhaps a new therapy, or an event after the cut-off."""
    if j.boundary == "event_after_cutoff":
        scan(j, CUTOFF + j.days(1, 20), "PD")
        if j.chance(0.4):
            j.on["death"] = CUTOFF + timedelta(days=31)
            j.add("milestones", milestone="death", occurred_on=j.on["death"],
                  cause="breast_cancer")  # fmt: skip
        return
    start = max(j.pfs_end, j.on["anchor"] + timedelta(days=30)) + j.days(5, 30)
    if j.chance(0.25) and (CUTOFF - start).days > 60:
        give(j, j.rng.choice(("vinorelbine", "eribulin", "fulvestrant")), start,
             start + j.days(20, 50))  # fmt: skip


def build_contacts(j: Journey) -> None:
    """Add visits and calls; the last one alive is never before any other record."""
    visits = [j.on["metastatic"] + j.days(1, 6)] + _visits(j)
    asked = j.facts["asked_on"]
    death = j.on.get("death")
    last = _last_alive(j, max(visits))
    if max(_known_dates(j, with_late=True), default=last) > CUTOFF:
        visits += [CUTOFF] if death else [CUTOFF, CUTOFF + timedelta(days=31)]
    is_open = death is None or death > CUTOFF
    kinds = dict.fromkeys(visits, "visit")
    kinds.setdefault(last, "telephone" if is_open else "visit")
    for on in sorted(set(kinds) | set(asked)):
        j.add(
            "contacts", contact_on=on, contact_kind=kinds.get(on, "visit"),
            vital_status="alive", ecog=j.rng.choice(("", 0, 1, 1, 2)),
            adverse_events_asked=_asked(j, on, asked),
        )  # fmt: skip
    if death and j.chance(0.6):
        later = death + j.days(0, 0 if death > CUTOFF - 30 * DAY else 25)
        j.add("contacts", contact_on=later, contact_kind="telephone", ecog="",
              vital_status="dead", adverse_events_asked="")  # fmt: skip
    j.on["last_alive"] = min(CUTOFF, max(set(kinds) | set(asked)))


def _asked(j: Journey, on: date, asked: list[date]) -> str:
    if on in asked:
        return "yes"
    return "" if j.chance(0.7) else "no"


def _visits(j: Journey) -> list[date]:
    """Monthly visits on treatment, with a clinical examination at some."""
    visits, day = [], j.zero - j.days(0, 6)
    last = min(j.pfs_end, j.on.get("death", CUTOFF) - DAY)
    while day <= last and len(visits) < 14:
        visits.append(day)
        if j.zero < day < last and j.chance(0.35):
            examination(j, day)
        day += j.days(26, 45)
    return visits


def _known_dates(j: Journey, with_late: bool = False) -> list[date]:
    days = [
        row[name] for rows in j.tables.values() for row in rows for name in DATES
        if isinstance(row.get(name), date) and row.get("milestone") != "death"
    ]  # fmt: skip
    deaths = [j.on["death"]] if "death" in j.on and with_late else []
    return [day for day in days + deaths if with_late or day <= CUTOFF]


def _last_alive(j: Journey, visit: date) -> date:
    latest = max([*_known_dates(j), visit, *j.facts["asked_on"]])
    if "death" in j.on and j.on["death"] <= CUTOFF:
        room = (j.on["death"] - DAY - latest).days
        return latest + j.days(0, max(0, min(room, 60)))
    if not j.wish.is_event and j.chance(0.75):
        return min(latest + j.days(0, 120), CUTOFF)
    if "lost" in j.on or j.chance(0.2):
        return latest
    return max(latest, CUTOFF - j.days(0, 80))
