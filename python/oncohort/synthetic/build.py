"""All patients of one seed: who is on which edge or fails, and each whole journey."""

import re
from datetime import date
from random import Random

from oncohort.synthetic import aftermath, baseline, course, early, prior
from oncohort.synthetic.dosing import give
from oncohort.synthetic.journey import (
    CUTOFF,
    DAY,
    SITE_GROUPS,
    Journey,
    Wish,
    meets,
    read_table,
    typed,
    wishes,
)


def all_journeys(seed: int) -> list[Journey]:
    """Build every patient of a seed: the 554 eligible ones, then those who fail."""
    eligible, edges = wishes(), read_table("edges.csv")
    placed = _placed_on_edges(eligible, [edge for edge in edges if not edge["failed"]])
    journeys = [_planned(seed, p, placed.get(p), w) for p, w in eligible.items()]
    failing = [e for e in edges if e["failed"] for _ in range(int(e["count"]))]
    for number, edge in enumerate(failing, 1):
        j = _planned(seed, f"X{number:03}", edge)
        j.wish = _failing_wish(edge, list(eligible.values()), j.rng)
        journeys.append(j)
    for j in journeys:
        _build(j)
    return journeys


def _placed_on_edges(
    eligible: dict[str, Wish], edges: list[dict[str, str]]
) -> dict[str, dict[str, str]]:
    """Give each edge its patients, first come first served."""
    chosen: dict[str, dict[str, str]] = {}
    for edge in edges:
        count, who = int(edge["count"]), edge["who"]
        able = [p for p, w in eligible.items() if p not in chosen and meets(w, who)]
        if len(able) < count:
            raise ValueError(f"only {len(able)} patients for edge {edge['boundary']}")
        chosen |= dict.fromkeys(able[:count], edge)
    return chosen


def _planned(
    seed: int, name: str, edge: dict[str, str] | None, wish: Wish | None = None
) -> Journey:
    """A patient before anything is laid out, with random numbers of their own."""
    j = Journey(name, wish, Random(f"oncohort-{seed}-{name}"))  # noqa: S311
    if edge:
        j.boundary, j.reason = edge["boundary"], edge["reason"]
        j.failed = int(edge["failed"] or 0)
        facts = re.findall(r"(\w+)=(\S*)", edge["facts"])
        j.facts |= {name: typed(value) for name, value in facts}
    return j


def _failing_wish(edge: dict[str, str], pool: list[Wish], rng: Random) -> Wish:
    """Draw the wish of a patient who fails, near that of an eligible one."""
    near = [w for w in pool if meets(w, f"pfs_days<650 {edge['who']}")]
    drawn = vars(rng.choice([w for w in near if w.organs != ["brain"]]))
    wish = Wish(**drawn)
    for group in SITE_GROUPS:
        setattr(wish, f"has_{group}_metastases", group in edge["organs"].split())
    wish.has_new_cns_metastases = wish.has_cns_progression_of_baseline = False
    wish.has_metastatic_radiotherapy = wish.had_brain_surgery = False
    is_adjuvant_over = edge["failed"] == "4" and wish.line_no == 2
    if is_adjuvant_over or "other_adjuvant" in edge["facts"]:
        wish.has_adjuvant_trastuzumab = False
    return wish


def _build(j: Journey) -> None:
    course.choose_ending(j)
    course.choose_chemo(j)
    _place_index(j)
    can_be_late = j.wish.line_no > 1 and not j.boundary and len(j.wish.organs) > 1
    j.facts["brain_late"] = can_be_late and j.chance(0.4)
    if j.boundary == "still_responding":
        _still_responding(j)
    else:
        prior.build_prior(j)
    early.build_early(j)
    baseline.build_baseline(j)
    if "instead" in j.facts:
        _build_instead(j)
    else:
        course.build_index(j)
        course.build_course(j)
        aftermath.build_toxicity(j)
        aftermath.build_aftermath(j)
    _clip(j)
    aftermath.build_contacts(j)


def _place_index(j: Journey) -> None:
    """Draw time zero, the anchor of the index line and the progression before it.

    For line 1 that progression is the metastatic diagnosis.
    """
    delay, gap = _delay(j), _gap(j)
    if (delay and j.wish.arm == "TBP") or "late_line" in j.facts:
        gap = max(gap, 30)
    if "lead" in j.facts:
        gap = j.facts["lead"] - delay
    zero = _zero(j, delay + gap)
    if (zero.month, zero.day) == (12, 31):
        zero -= DAY
    j.on["zero"], j.on["pfs_end"] = zero, zero + j.wish.pfs_days * DAY
    j.on["anchor"] = zero - delay * DAY
    j.on["progression"] = j.on["anchor"] - gap * DAY


def _delay(j: Journey) -> int:
    """Days from the anchor to time zero."""
    if j.boundary or j.chance(0.8):
        return j.facts.get("delay", 0)
    return j.rng.randint(1, 27)


def _gap(j: Journey) -> int:
    """Days from the last progression (or metastatic diagnosis) to the anchor."""
    if "gap" in j.facts:
        return j.facts["gap"]
    if j.wish.line_no == 1 or "brain" in j.wish.organs:
        return j.rng.randint(20, 45)
    return j.pick(0, 1, *range(3, 36))


def _zero(j: Journey, lead: int) -> date:
    """Time zero, `lead` days after the last progression."""
    followed = j.wish.pfs_days + (40 if j.is_safety_edge else 0)
    j.on["latest"] = min(j.on["window_end"], CUTOFF - followed * DAY)
    if "zero" in j.facts:
        return j.edge("zero")
    if "progression" in j.facts:
        return j.edge("progression") + lead * DAY
    if j.boundary == "primary_3_months_clipped":
        month, day = j.pick((2, 28), (4, 30))
        year = j.rng.randint(2013, 2016) // 2 * 2 + 1
        return date(year, month, day) + lead * DAY
    if "before_window" in j.facts:
        return date(2010, 8, 1) + j.days(0, 300)
    start = j.on["window_start"]
    return start + j.days(0, (j.on["latest"] - start).days)


def _still_responding(j: Journey) -> None:
    """First-line trastuzumab that still works at the cut-off."""
    start = j.on["progression"]
    j.on["metastatic"] = j.on["recurrence"] = start - DAY
    give(j, "docetaxel", start, start + 126 * DAY)
    give(j, "trastuzumab", start, CUTOFF, "course", ongoing=True)
    for months in range(2, 12, 3):
        on = start + 30 * months * DAY
        if on <= CUTOFF:
            j.scan(on, "PR")


def _build_instead(j: Journey) -> None:
    """Give other drugs than LX or TBP, or none, and follow up without lesions."""
    drugs = [drug for drug in j.facts["instead"].split("+") if drug]
    start, end = j.on["anchor"], j.on["anchor"] + j.days(80, 150)
    if j.boundary == "lapatinib_stops_before_partner":
        give(j, "lapatinib", start, start + 35 * DAY)
        give(j, "capecitabine", start + 29 * DAY, end)
    else:
        for drug in drugs:
            give(j, drug, start, end)
    if drugs:
        j.scan(start + 50 * DAY, "SD")
        j.scan(end, "PD")
    j.facts["asked_on"] = [start + 20 * DAY]


def _clip(j: Journey) -> None:
    """Let nothing run past a death or the cut-off."""
    last = min(j.on.get("death", CUTOFF + DAY) - DAY, CUTOFF)
    for table in ("treatments", "procedures", "adverse_events"):
        kept = [row for row in j.tables[table] if row["started_on"] <= last]
        for row in kept:
            if row["ended_on"]:
                row["ended_on"] = min(row["ended_on"], last)
        j.tables[table] = kept
