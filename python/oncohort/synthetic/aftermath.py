"""Adverse events, later lines, survival and the contacts of the whole follow-up."""

from datetime import date

from oncohort.synthetic.dosing import give
from oncohort.synthetic.journey import CHOICES, CUTOFF, DAY, Journey


def build_toxicity(j: Journey) -> None:
    """Add adverse events and set `asked_on`, the days they were asked about."""
    end = min(j.on["index_end"], j.pfs_end - DAY)
    if "irinotecan" in j.facts:
        end = min(end, j.edge("irinotecan") - DAY)
    end = max(j.zero, end)
    for term, grades in j.wish.adverse:
        _events(j, term, int(j.pick(*CHOICES[grades])), end)
    if j.chance(0.3):
        further = j.pick(*CHOICES["further_event"])
        _event(j, further, j.rng.randint(1, 2), _inside(j, end))
    if j.chance(0.2) and not j.boundary:
        term, grade = j.pick("neutropenia", "diarrhoea"), j.rng.randint(1, 4)
        _event(j, term, grade, j.zero - j.days(1, 40), limit=j.zero - DAY)
    if j.boundary == "ae_day_29":
        _event(j, "diarrhoea", 3, j.edge("diarrhoea"))
    j.facts["asked_on"] = _asked_on(j, end)


def _inside(j: Journey, end: date) -> date:
    return j.zero + j.days(0, (end - j.zero).days)


def _events(j: Journey, term: str, worst: int, end: date) -> None:
    """Add an event of the worst grade, at times milder ones beside it."""
    if term in j.facts:
        _event(j, term, worst, j.edge(term))
        return
    words = CHOICES.get(term, [term])
    _event(j, j.pick(*words), worst, _inside(j, end))
    for word in words[:2]:
        if worst > 1 and j.chance(0.35):
            _event(j, word, j.rng.randint(1, worst - 1), _inside(j, end))


def _event(j: Journey, term: str, grade: int, on: date, limit: date = CUTOFF) -> None:
    keys = [(row["term"], row["started_on"]) for row in j.tables["adverse_events"]]
    if (term, on) in keys:
        return
    last = j.on.get("death", CUTOFF) - DAY
    ended = min(on + j.days(0, 20), limit, max(last, on))
    row = {"started_on": on, "ended_on": ended if j.chance(0.8) else ""}
    related = j.pick("yes", "yes", "no", "")
    j.add("adverse_events", term=term, grade=grade, is_related=related, **row)


def _asked_on(j: Journey, end: date) -> list[date]:
    if "asked" in j.facts:
        return [j.edge("asked")]
    if not j.wish.is_safety_evaluable:
        return [j.zero - j.days(1, 10)] if j.chance(0.5) else []
    return sorted({_inside(j, end) for _ in range(j.pick(1, 2, 3))})


def build_aftermath(j: Journey) -> None:
    """Add what happened after the index treatment: survival, later lines."""
    is_dead = "death" in j.on
    if j.wish.is_pfs_event and not is_dead:
        _survive(j)
    if "death" in j.on:
        cause = "breast_cancer" if j.chance(0.9) else "other_cause"
        j.add("milestones", milestone="death", occurred_on=j.on["death"], cause=cause)
    if not j.wish.is_pfs_event:
        _without_progression(j)
    elif not is_dead:
        _later_lines(j)


def _survive(j: Journey) -> None:
    """Draw death after progression, or a last day on which the patient was seen."""
    day = j.pfs_end + (45 + int(j.rng.expovariate(1 / 420))) * DAY
    if day <= CUTOFF:
        j.on["death" if j.chance(0.75) else "lost"] = day
    elif j.chance(0.12):
        j.on["death"] = CUTOFF + j.days(1, 31)


def _later_lines(j: Journey) -> None:
    last = min(j.on.get("death", CUTOFF) - DAY, j.on.get("lost", CUTOFF), CUTOFF)
    start = max(j.pfs_end, j.on["anchor"] + 30 * DAY) + j.days(3, 25)
    drugs = _second_candidate(j)
    while (last - start).days > 60 and not j.is_safety_edge:
        end = min(start + j.days(50, 200), last - DAY)
        ongoing = end == last - DAY and not {"death", "lost"} & j.on.keys()
        for drug in drugs:
            give(j, drug, start, end, ongoing=ongoing and j.chance(0.5))
        j.scan(start + 40 * DAY, j.pick("SD", "SD", "PR", "PD"))
        if not ongoing:
            j.scan(end, "PD", new=j.chance(0.3))
        start = end + j.days(3, 40)
        drugs = [j.pick(*CHOICES["late_chemo"])]
        if j.chance(0.4):
            return


def _second_candidate(j: Journey) -> list[str]:
    """Drugs of the next line: often the other arm, which comes too late to count."""
    is_edge = j.boundary == "second_candidate"
    if j.failed:
        return ["eribulin"]
    if j.chance(0.2) and not is_edge:
        return [j.pick(*CHOICES["late_chemo"])]
    if j.wish.arm == "TBP":
        if "capecitabine" in j.wish.partners:
            return ["lapatinib", "vinorelbine"]
        anti_her2 = j.pick("lapatinib", "lapatinib", "lapatinib", "pyrotinib")
        return [anti_her2, "capecitabine"]
    if is_edge or j.chance(0.7):
        return ["trastuzumab", j.pick("eribulin", "pemetrexed")]
    return j.pick(["trastuzumab_emtansine"], ["pyrotinib", "eribulin"])


def _without_progression(j: Journey) -> None:
    """A censored patient: perhaps a new therapy, or an event after the cut-off."""
    if j.boundary == "event_after_cutoff":
        j.scan(CUTOFF + j.days(1, 20), "PD")
        if j.chance(0.4):
            j.on["death"] = CUTOFF + 31 * DAY
            died = {"occurred_on": j.on["death"], "cause": "breast_cancer"}
            j.add("milestones", milestone="death", **died)
        return
    start = max(j.pfs_end, j.on["anchor"] + 30 * DAY) + j.days(5, 30)
    if j.chance(0.25) and (CUTOFF - start).days > 60:
        drug = j.pick("vinorelbine", "eribulin", "fulvestrant")
        give(j, drug, start, start + j.days(20, 50))


def build_contacts(j: Journey) -> None:
    """Add visits and calls; the last one alive is never before any other record."""
    visits = [j.on["metastatic"] + j.days(1, 6), *_visits(j)]
    asked, death = j.facts["asked_on"], j.on.get("death")
    is_open = death is None or death > CUTOFF
    last = _last_alive(j, [*visits, *asked])
    if any(day > CUTOFF for day in [*_known_dates(j), death or CUTOFF]):
        visits += [CUTOFF] if death else [CUTOFF, CUTOFF + 31 * DAY]
    kinds = dict.fromkeys(asked, "visit")
    kinds |= {last: "telephone" if is_open else "visit"}
    kinds |= dict.fromkeys(visits, "visit")
    for on in sorted(kinds):
        row = {"contact_on": on, "contact_kind": kinds[on], "vital_status": "alive"}
        ecog = j.pick("", 0, 1, 1, 2)
        was_asked = "yes" if on in asked else "" if j.chance(0.7) else "no"
        j.add("contacts", ecog=ecog, adverse_events_asked=was_asked, **row)
    if death and j.chance(0.6):
        later = death + j.days(0, 0 if death > CUTOFF - 30 * DAY else 25)
        row = {"contact_kind": "telephone", "vital_status": "dead"}
        j.add("contacts", contact_on=later, **row)
    j.on["last_alive"] = min(CUTOFF, max(kinds))


def _visits(j: Journey) -> list[date]:
    """Monthly visits on treatment, with a clinical examination at some."""
    visits, day = [], j.zero - j.days(0, 6)
    last = min(j.pfs_end, j.on.get("death", CUTOFF) - DAY)
    while day <= last and len(visits) < 14:
        visits.append(day)
        if j.zero < day < last and j.chance(0.35):
            j.examine(day)
        day += j.days(26, 45)
    return visits


def _known_dates(j: Journey) -> list[date]:
    """Days of all records but the death."""
    rows = [row for table in j.tables if table != "patients" for row in j.tables[table]]
    known = [row.values() for row in rows if row.get("milestone") != "death"]
    return [value for values in known for value in values if isinstance(value, date)]


def _last_alive(j: Journey, contacts: list[date]) -> date:
    """Draw the last day on which the patient was known to be alive."""
    known = [day for day in _known_dates(j) if day <= CUTOFF]
    latest = max(known + contacts)
    death = j.on.get("death")
    if death and death <= CUTOFF:
        room = (death - DAY - latest).days
        return latest + j.days(0, max(0, min(room, 60)))
    if not j.wish.is_pfs_event and j.chance(0.75):
        return min(latest + j.days(0, 120), CUTOFF)
    if "lost" in j.on or j.chance(0.2):
        return latest
    return max(latest, CUTOFF - j.days(0, 80))
