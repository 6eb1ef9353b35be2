"""From anchor to the end of progression-free survival: drugs, scans, the event."""

from datetime import date

from oncohort.synthetic.dosing import give
from oncohort.synthetic.journey import CHOICES, DAY, Journey
from oncohort.synthetic.lesions import Lesions

SHORTEST = 18 * DAY


def choose_ending(j: Journey) -> None:
    """Draw how progression-free survival ends, as far as the wish leaves it open."""
    w = j.wish
    if not w.is_pfs_event:
        ending = "censored"
    elif w.has_new_cns_metastases or w.has_cns_progression_of_baseline:
        ending = "cns"
    elif w.best_response_code == "NE":
        is_clinical = j.boundary or w.pfs_days < 25
        ending = "clinical" if is_clinical else j.pick("death", "clinical")
    elif w.best_response_code == "PD" or j.boundary:
        ending = "scan"
    else:
        ending = j.pick(*["scan"] * 10, "death", "clinical")
    j.facts["ending"] = ending


def choose_chemo(j: Journey) -> None:
    """Name the chemotherapy of the index line, first partner first."""
    taxanes = CHOICES["taxane"]
    names = [j.pick(*taxanes) if p == "taxane" else p for p in j.wish.partners]
    j.rng.shuffle(names)
    j.facts["index_chemo"] = names if j.wish.arm == "TBP" else ["capecitabine"]


def build_index(j: Journey) -> None:
    """Add the drug rows of the index line, from anchor to `index_stop`.

    All arm-defining drugs are surely given up to `index_end`.
    """
    stop = j.on["index_stop"] = j.on["index_end"] = _stop(j)
    reason = "progression" if j.wish.is_pfs_event else ""
    if j.wish.arm == "LX":
        _lapatinib_capecitabine(j, stop, reason)
    else:
        _trastuzumab_chemo(j, stop, reason)


def _stop(j: Journey) -> date:
    """Last day of index treatment, before the day of a death."""
    if j.facts["ending"] == "death":
        early = j.rng.randint(3, 20)
    elif j.wish.is_pfs_event and not j.is_safety_edge:
        early = j.pick(0, 0, 1, 5, 12)
    else:
        return j.pfs_end
    return j.pfs_end - min(j.wish.pfs_days - 5, early) * DAY


def _lapatinib_capecitabine(j: Journey, stop: date, reason: str) -> None:
    lapatinib, capecitabine = j.on["anchor"], j.zero
    if j.chance(0.5):
        lapatinib, capecitabine = capecitabine, lapatinib
    style = "course" if j.is_safety_edge else ""
    if j.boundary == "capecitabine_carried_over":
        give(j, "capecitabine", j.on["capecitabine"], stop, "course", reason)
    elif lapatinib == capecitabine and not j.boundary and j.chance(0.1):
        give(j, "LX", lapatinib, stop, "course", reason)
        return
    else:
        give(j, "capecitabine", capecitabine, stop, style, reason)
    give(j, "lapatinib", j.edge("lapatinib", lapatinib), stop, style, reason)


def _trastuzumab_chemo(j: Journey, stop: date, reason: str) -> None:
    anchor, trastuzumab, chemo = j.on["anchor"], j.zero, j.on["anchor"]
    if (anchor - j.on["trastuzumab_end"]).days > 90 and j.chance(0.5):
        trastuzumab, chemo = chemo, trastuzumab
    trastuzumab = j.edge("trastuzumab", trastuzumab)
    chemo_stop = j.on["index_end"] = min(stop, chemo + j.days(84, 168))
    for number, name in enumerate(j.facts["index_chemo"]):
        start = _partner_start(j, chemo) if number else chemo
        give(j, name, start, max(start, chemo_stop), stop=reason)
    if "irinotecan" in j.facts:
        start = j.edge("irinotecan")
        give(j, "irinotecan", start, start + 30 * DAY, "course")
    if "carried_over" in j.facts:
        stop, reason = j.edge("carried_over"), ""
        j.on["index_end"] = stop
    # a spell carried over must outlast the anchor by more than 14 days
    elif stop < anchor + SHORTEST:
        stop = anchor + SHORTEST
    start = j.on.get("long_row", trastuzumab)
    style = "course" if "long_row" in j.on else ""
    give(j, "trastuzumab", start, max(start, stop), style, reason)


def _partner_start(j: Journey, chemo: date) -> date:
    """First day of a further partner, at most 28 days after the anchor."""
    if "further_partner" in j.facts:
        return j.edge("further_partner")
    latest = (j.on["anchor"] - chemo).days + 28
    return chemo + j.pick(0, 0, 0, min(7, latest)) * DAY


def build_course(j: Journey) -> None:
    """Add baseline and follow-up scans, lesions and the event."""
    lesions = Lesions(j, _baseline_day(j))
    lesions.baseline()
    days = j.facts["scan_days"] = _scan_days(j)
    responses = _responses(j, len(days))
    if j.wish.best_response_code == "NE" and j.wish.pfs_days > 50 and j.chance(0.5):
        days, responses = [j.rng.randint(30, 45)], ["NE"]
    for day, response in zip(days, responses, strict=True):
        j.scan(j.zero + day * DAY, response)
        lesions.follow(j.zero + day * DAY, response)
    _end(j, lesions)
    _brain_scans(j)


def _baseline_day(j: Journey) -> date:
    """Day of the baseline measurement, usually a scan of its own."""
    if "baseline" in j.facts:
        return j.edge("baseline")
    last = j.on["progression"]
    if (j.zero - last).days <= 50 and j.chance(0.5):
        if j.wish.line_no == 1:
            j.scan(last)
        return last
    on = max(j.zero - j.days(0, 25), last)
    if on != last:
        j.scan(on)
    return on


def _scan_days(j: Journey) -> list[int]:
    """Days from time zero to each scan before the event, or to the last of all."""
    w = j.wish
    if w.best_response_code in ("NE", "PD"):
        return []
    limit = w.pfs_days - (14 if w.is_pfs_event else 25)
    day = min(j.rng.randint(38, 62), max(limit, 7))
    if not w.is_pfs_event and day > limit:
        return [w.pfs_days]
    days = []
    while day <= limit or not days:
        days.append(day)
        day += j.rng.randint(42, 84)
    return days if w.is_pfs_event else [*days, w.pfs_days]


def _responses(j: Journey, count: int) -> list[str]:
    best = j.wish.best_response_code
    if best == "SD" or not count:
        return [best] * count
    before = j.rng.randint(0, min(2, count - 1))
    return ["SD" if best == "PR" else "PR"] * before + [best] * (count - before)


def _end(j: Journey, lesions: Lesions) -> None:
    """Record the event on the last day, or the last sign of no progression."""
    on, ending, w = j.pfs_end, j.facts["ending"], j.wish
    if ending == "scan":
        way = j.pick("growth", "growth", "new", "nontarget")
        if w.organs == ["brain"] or w.best_response_code == "CR":
            way = "new"
        j.scan(on, "PD", new=way == "new")
        lesions.follow(on, way)
    elif ending == "cns":
        is_new = w.has_new_cns_metastases
        finding = "new" if is_new else j.pick("growth", "new+growth", "new")
        j.brain_scan(on, finding)
        if "new" in finding:
            row = {"modality": "mri", "n_lesions": j.rng.randint(1, 6)}
            j.add("metastases", organ="brain", detected_on=on, **row)
            lesions.new(on, "brain")
    elif ending == "death":
        j.on["death"] = on
    elif ending == "clinical":
        j.progress_clinically(on)
    elif w.best_response_code == "NE":
        j.examine(on)


def _brain_scans(j: Journey) -> None:
    """Image the brain during follow-up, or only before and after it."""
    w, ending = j.wish, j.facts["ending"]
    if "brain_scan" in j.facts:
        j.brain_scan(j.edge("brain_scan"))
    elif not w.is_cns_evaluable:
        if j.chance(0.3):
            j.brain_scan(j.zero - j.days(2, 20))
    elif ending != "cns":
        last = w.pfs_days - (ending == "death")
        days = [day for day in j.facts["scan_days"] if day <= last]
        picks = {j.pick(*(days or [j.rng.randint(0, last)])) for _ in range(2)}
        for day in sorted(picks):
            j.brain_scan(j.zero + day * DAY)
    elif w.pfs_days > 90 and j.chance(0.5):
        j.brain_scan(j.zero + j.days(20, 60))
