"""Adverse events and the contacts at which they were asked about."""

from datetime import date, timedelta

from oncohort.synthetic.journey import CUTOFF, Journey

DAY = timedelta(days=1)
WORDS = {
    "nausea_vomiting": ("nausea", "vomiting", "nausea_vomiting"),
    "rash_erythema": ("rash", "erythema"),
    "alt_ast_increased": ("alt_increased", "ast_increased", "alt_ast_increased"),
}
FURTHER = ("fatigue", "alopecia", "neuropathy", "mucositis", "constipation",
           "leukopenia", "fever", "paronychia")  # fmt: skip
GRADES = {1: (1, 2), 2: (3, 3, 4)}


def build_toxicity(j: Journey) -> None:
    """Add adverse events and set `asked_on`, the days they were asked about.

    Parameters
    ----------
    j : Journey
        Patient with `index_end` and `index_stop`.
    """
    end = min(j.on["index_end"], j.pfs_end - DAY)
    if j.boundary == "extra_chemo_29_days":
        end = min(end, j.on["anchor"] + timedelta(days=28))
    safe_end = max(j.zero, end)
    for term, band in j.wish.adverse.items():
        if band:
            _events(j, term, band, safe_end)
    if j.chance(0.3):
        _event(j, j.rng.choice(FURTHER), j.rng.randint(1, 2), _inside(j, safe_end))
    if j.chance(0.2) and j.boundary == "":
        _event(j, j.rng.choice(("neutropenia", "diarrhoea")), j.rng.randint(1, 4),
               j.zero - j.days(1, 40), limit=j.zero - DAY)  # fmt: skip
    if j.boundary == "ae_day_29":
        _event(j, "diarrhoea", 3, j.on["index_stop"] + timedelta(days=29))
    j.facts["asked_on"] = _asked(j, safe_end)


def _inside(j: Journey, end: date) -> date:
    return j.zero + j.days(0, (end - j.zero).days)


def _events(j: Journey, term: str, band: int, end: date) -> None:
    words = WORDS.get(term, (term,))
    worst = j.rng.choice(GRADES[band])
    if j.boundary == "ae_day_28" and term == "diarrhoea":
        _event(j, term, worst, j.on["index_stop"] + timedelta(days=28))
        return
    _event(j, j.rng.choice(words), worst, _inside(j, end))
    for word in words[:2]:
        if worst > 1 and j.chance(0.35):
            _event(j, word, j.rng.randint(1, worst - 1), _inside(j, end))


def _event(j: Journey, term: str, grade: int, on: date, limit: date = CUTOFF) -> None:
    keys = {(row["term"], row["started_on"]) for row in j.tables["adverse_events"]}
    if (term, on) in keys:
        return
    last = j.on.get("death", CUTOFF) - DAY
    ended = min(on + j.days(0, 20), limit, max(last, on))
    j.add(
        "adverse_events", term=term, grade=grade, started_on=on,
        ended_on=ended if j.chance(0.8) else "",
        is_related=j.rng.choice(("yes", "yes", "no", "")),
    )  # fmt: skip


def _asked(j: Journey, end: date) -> list[date]:
    """Days on which adverse events were asked about."""
    stop = j.on["index_stop"]
    if j.boundary == "safety_contact_day_28":
        return [stop + timedelta(days=28)]
    if j.boundary == "safety_contact_day_29":
        return [stop + timedelta(days=29)]
    if not j.wish.has("safety_evaluable"):
        return [j.zero - j.days(1, 10)] if j.chance(0.5) else []
    days = {_inside(j, end) for _ in range(j.rng.choice((1, 2, 3)))}
    return sorted(days)
