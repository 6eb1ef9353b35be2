"""Metastatic disease before the index line: earlier lines, how trastuzumab failed."""

from datetime import date

from oncohort.synthetic.dosing import REGIMENS, give
from oncohort.synthetic.journey import CHOICES, DAY, Journey, add_months, months_before


def build_prior(j: Journey) -> None:
    """Lay out the lines before the index line, backwards from its progression."""
    last = j.on["progression"]
    if j.wish.line_no == 1:
        j.on["metastatic"] = j.on["recurrence"] = last
        if j.boundary == "local_recurrence_first":
            j.on["recurrence"] -= j.days(30, 200)
        j.on["resistance"] = j.on["recurrence"]
    else:
        start = _middle_lines(j, last)
        for _ in range(j.facts.get("extra_lines", 0)):
            start = _chemo_line(j, start - j.days(0, 20))
        j.on["metastatic"] = j.on["recurrence"] = start - j.days(0, 25)


def _middle_lines(j: Journey, last: date) -> date:
    """Add the one or two lines that end at `last`; return their start."""
    if j.boundary == "never_trastuzumab":
        return _chemo_line(j, last)
    if j.wish.line_no == 2 or "chemo_break" in j.facts:
        return _trastuzumab_line(j, last)
    is_free = j.boundary != "primary_3_months_clipped"
    if "before_window" in j.facts:
        start = _line_before_window(j, last)
    elif (is_free and j.chance(0.5)) or "middle" in j.facts:
        start = _chemo_line(j, last, low=100)
    else:
        start = _trastuzumab_line(j, last)
        return _chemo_line(j, start - j.days(0, 20))
    j.on["next_line"] = start
    return _trastuzumab_line(j, start - j.days(0, 20))


def _line_before_window(j: Journey, last: date) -> date:
    start = j.on["window_start"] - j.days(1, 1 if j.chance(0.5) else 20)
    drugs = ("trastuzumab", *_fresh_chemo(j))
    if j.facts["before_window"] == "LX":
        drugs = ("lapatinib", "capecitabine")
    for drug in drugs:
        give(j, drug, start, last, "course")
    j.scan(start + 45 * DAY, "SD")
    j.scan(last, "PD")
    return start


def _fresh_chemo(j: Journey) -> list[str]:
    """A chemotherapy that the patient has not had and the index line does not use."""
    kept = {*j.wish.partners, *j.used, *j.facts["index_chemo"]}
    fresh = [drug for drug in CHOICES["prior_chemo"] if drug not in kept]
    return j.rng.sample(fresh, 1)


def _chemo_line(j: Journey, end: date, low: int = 60) -> date:
    """Add a line of chemotherapy alone that ends in progression; return its start."""
    start = end - j.days(low, low + 110)
    drugs = _fresh_chemo(j)
    if j.facts.get("middle", "any") != "any":
        drugs = j.facts["middle"].split("+")
    elif j.chance(0.4):
        platinum = {"cisplatin", "carboplatin"} - {*j.wish.partners} - j.used
        drugs.append(j.pick(*sorted(platinum), "cyclophosphamide"))
    for name in drugs:
        give(j, name, start, end - j.days(0, 20), stop="progression")
    j.scan(start + j.days(35, 50), j.pick(*CHOICES["stable"]))
    _progress(j, end)
    return start


def _progress(j: Journey, on: date) -> None:
    """Record the progression that ends a line; of the brain where that was found."""
    is_last = on == j.on["progression"]
    is_resistance = on == j.on.get("resistance")
    if is_last and j.wish.organs == ["brain"]:
        j.brain_scan(on, "growth")
        return
    if is_last and "brain" in j.wish.organs and j.facts["brain_late"]:
        j.on["brain"] = on
        j.brain_scan(on, "new")
        if j.chance(0.5):
            return
    if is_resistance and j.boundary == "cannot_tell_scan_after_3_months":
        j.scan(on, "PD")
    elif (is_resistance and j.facts["no_scan"]) or j.chance(0.1):
        j.progress_clinically(on)
    else:
        j.scan(on, "PD", new=j.chance(0.3))


def _trastuzumab_line(j: Journey, end: date) -> date:
    """Add the line in which trastuzumab failed at `end`; return its start."""
    start = _trastuzumab_start(j, end)
    j.on["resistance"] = end
    j.facts["no_scan"] = j.wish.resistance == "primary" and j.chance(0.3)
    if j.boundary.endswith("_no_scan"):
        j.facts["no_scan"] = True
    (chemo,) = _fresh_chemo(j)
    stop = j.on["trastuzumab_end"] = _trastuzumab_stop(j, end)
    line_start = start
    if "chemo_break" in j.facts:
        line_start = _broken_chemo(j, chemo, start, end)
        give(j, "trastuzumab", line_start, stop, "course")
    elif j.boundary == "capecitabine_carried_over":
        j.on["capecitabine"] = start
        give(j, "trastuzumab", start, stop, stop="progression")
    # some sites write the regimen by its short name, in one row
    elif chemo in REGIMENS and stop < end and not j.boundary and j.chance(0.15):
        give(j, REGIMENS[chemo], start, stop, "course", "progression")
        j.used.add(chemo)
    else:
        give(j, chemo, start, min(end, start + j.days(80, 160)))
        if "beside" in j.facts:
            give(j, j.facts["beside"], start, stop)
        if _is_long_row(j):
            j.on["long_row"] = start
        else:
            give(j, "trastuzumab", start, stop, stop="progression")
    if j.wish.resistance == "secondary":
        _stable_scans(j, start, end)
    elif (end - start).days > 45 and j.chance(0.2):
        j.scan(start + 30 * DAY, "NE")
    _progress(j, end)
    return line_start


def _trastuzumab_start(j: Journey, end: date) -> date:
    if j.boundary == "primary_3_months_clipped":
        return add_months(end + DAY, -3) - DAY
    if j.boundary.startswith("primary_3_months"):
        return months_before(end, 3)
    if j.boundary.startswith("cannot_tell"):
        return add_months(end - DAY, -3)
    if j.boundary == "secondary_within_3_months":
        return end - j.days(75, 86)
    if j.wish.resistance == "primary":
        return end - j.days(42, 85)
    return end - j.days(300 if "chemo_break" in j.facts else 110, 420)


def _trastuzumab_stop(j: Journey, end: date) -> date:
    if "trastuzumab_stop" in j.facts:
        return j.edge("trastuzumab_stop")
    if j.boundary == "stopped_early":
        return end - j.days(40, 60)
    return end - j.days(1, 15 if j.wish.resistance == "primary" else 21)


def _is_long_row(j: Journey) -> bool:
    """Whether one row runs across the progression into the index line."""
    is_able = j.wish.arm == "TBP" and j.wish.line_no == 2 and j.zero == j.on["anchor"]
    if not is_able or j.failed in (3, 4, 5) or "trastuzumab_stop" in j.facts:
        return False
    return "carried_over" in j.facts or j.chance(0.3)


def _stable_scans(j: Journey, start: date, end: date) -> None:
    first = start + j.days(40, min(70, (end - start).days - 15))
    response = j.pick(*CHOICES["stable"])
    while first < end - 14 * DAY:
        j.scan(first, response)
        first += j.days(60, 95)


def _broken_chemo(j: Journey, drug: str, start: date, end: date) -> date:
    """Stop chemotherapy and resume it 90 or 91 days later; return the line's start."""
    rest = j.facts["chemo_break"] * DAY
    if rest == 90 * DAY:  # one line: the break is too short to open another
        give(j, drug, start, start + 70 * DAY)
        give(j, drug, start + 70 * DAY + rest, end)
        return start
    first = start - rest - 80 * DAY
    give(j, drug, first, start - rest)
    give(j, drug, start, end)
    j.scan(first + 50 * DAY, "SD")
    return first
