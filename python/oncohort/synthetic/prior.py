"""Metastatic disease before the index line: earlier lines, how trastuzumab failed."""

from datetime import date, timedelta

from oncohort.synthetic.dosing import REGIMENS, give
from oncohort.synthetic.journey import FIRST_INDEX_DAY, Journey, add_months
from oncohort.synthetic.scans import brain_scan, clinical_progression, scan

DAY = timedelta(days=1)
CHEMO = ("docetaxel", "paclitaxel", "vinorelbine", "gemcitabine", "nab_paclitaxel",
         "epirubicin", "pirarubicin", "tegafur", "etoposide")  # fmt: skip
STABLE = ("SD", "SD", "SD", "PR", "PR", "CR", "NON_CR_NON_PD")


def fresh_chemo(j: Journey, count: int = 1) -> list[str]:
    """Chemotherapy that the patient has not had and the index line does not use."""
    kept = set(j.wish.partners) | j.used | set(j.facts.get("index_chemo", ()))
    return j.rng.sample([drug for drug in CHEMO if drug not in kept], count)


def build_prior(j: Journey) -> None:
    """Lay out the lines before the index line, backwards from its progression.

    Parameters
    ----------
    j : Journey
        Patient with the dates of `place_index`; gets `metastatic`, `resistance`,
        `recurrence` and the prior rows.
    """
    last = j.on["progression"]
    if j.wish.line == 1:
        j.on["metastatic"] = last
        j.on["recurrence"] = last
        if j.boundary == "local_recurrence_first":
            j.on["recurrence"] = last - j.days(30, 200)
        j.on["resistance"] = j.on["recurrence"]
        return
    start = _middle_lines(j, last)
    for _ in range(int(j.facts.get("extra_lines", 0))):
        start = chemo_line(j, start - j.days(0, 20))
    j.on["metastatic"] = start - j.days(0, 25)
    j.on["recurrence"] = j.on["metastatic"]


def _middle_lines(j: Journey, last: date) -> date:
    if "no_trastuzumab" in j.facts:
        return chemo_line(j, last)
    if j.wish.line == 2 or j.boundary == "chemo_break_91_days":
        return trastuzumab_line(j, last)
    if j.boundary in ("tbp_before_window", "lx_before_window"):
        return _line_before_window(j, last)
    is_free = "clipped" not in j.boundary and j.chance(0.5)
    if j.facts.get("middle") or j.boundary == "stopped_14_days_after" or is_free:
        start = chemo_line(j, last, low=100)
        j.on["after_trastuzumab"] = start
        return trastuzumab_line(j, start - j.days(0, 20))
    start = trastuzumab_line(j, last)
    return chemo_line(j, start - j.days(0, 20))


def _line_before_window(j: Journey, last: date) -> date:
    start = FIRST_INDEX_DAY - j.days(1, 1 if j.chance(0.5) else 20)
    drugs = ("trastuzumab", *fresh_chemo(j))
    if j.boundary == "lx_before_window":
        drugs = ("lapatinib", "capecitabine")
    for drug in drugs:
        give(j, drug, start, last, "course")
    scan(j, start + timedelta(days=45), "SD")
    scan(j, last, "PD")
    j.on["after_trastuzumab"] = start
    return trastuzumab_line(j, start - j.days(0, 20))


def chemo_line(j: Journey, end: date, low: int = 60) -> date:
    """Add a line of chemotherapy alone that ends in progression; return its start."""
    start = end - j.days(low, low + 110)
    drugs = fresh_chemo(j)
    if isinstance(j.facts.get("middle"), tuple):
        drugs = list(j.facts["middle"])
    elif j.chance(0.4):
        platinum = {"cisplatin", "carboplatin"} - set(j.wish.partners) - j.used
        drugs.append(j.rng.choice([*sorted(platinum), "cyclophosphamide"]))
    for name in drugs:
        give(j, name, start, end - j.days(0, 20), stop="progression")
    scan(j, start + j.days(35, 50), j.rng.choice(STABLE))
    progress(j, end)
    return start


def progress(j: Journey, on: date) -> None:
    """Record the progression that ends a line; of the brain where that was found."""
    if on == j.on["progression"] and "brain" in j.wish.organs and _is_cns(j):
        if j.wish.organs == ["brain"]:
            brain_scan(j, on, "growth")
            return
        j.on["brain"] = on
        brain_scan(j, on, "new")
        if j.chance(0.5):
            return
    is_resistance = on == j.on.get("resistance")
    if is_resistance and "_scan_after" in j.boundary:
        scan(j, on, "PD")
    elif (is_resistance and j.facts.get("no_scan")) or j.chance(0.1):
        clinical_progression(j, on)
    else:
        scan(j, on, "PD", new=j.chance(0.3))


def _is_cns(j: Journey) -> bool:
    return j.wish.organs == ["brain"] or bool(j.facts.get("brain_late"))


def trastuzumab_line(j: Journey, end: date) -> date:
    """Add the line in which trastuzumab failed at `end`; return its start."""
    start = _trastuzumab_start(j, end)
    j.on["resistance"] = end
    j.facts["no_scan"] = j.wish.resistance == "primary" and j.chance(0.3)
    if "_no_scan" in j.boundary:
        j.facts["no_scan"] = True
    (chemo,) = fresh_chemo(j)
    if j.boundary == "capecitabine_carried_over":
        chemo = "capecitabine"
        j.facts["capecitabine_from"] = start
    stop = _trastuzumab_stop(j, end, start)
    j.on["trastuzumab_end"] = stop
    line_start = start
    if j.boundary.startswith("chemo_break"):
        line_start = _broken_chemo(j, chemo, start, end)
        give(j, "trastuzumab", line_start, stop, "course")
    elif _is_one_row(j, stop, end, chemo):
        give(j, REGIMENS[chemo], start, stop, "course", "progression")
        j.used.add(chemo)
    else:
        if j.boundary != "capecitabine_carried_over":
            give(j, chemo, start, min(end, start + j.days(80, 160)))
        if "beside" in j.facts:
            give(j, str(j.facts["beside"]), start, stop)
        if not _is_long_row(j):
            give(j, "trastuzumab", start, stop, stop="progression")
        else:
            j.on["long_row"] = start
    if j.wish.resistance == "secondary":
        _stable_scans(j, start, end)
    elif (end - start).days > 45 and j.chance(0.2):
        scan(j, start + timedelta(days=30), "NE")
    progress(j, end)
    return line_start


def _trastuzumab_start(j: Journey, end: date) -> date:
    if j.boundary == "primary_3_months_clipped":
        return date(end.year - (end.month == 2), *((11, 30), (1, 31))[end.month == 4])
    if j.boundary.startswith("primary_3_months"):
        return months_before(end, 3)
    if j.boundary.startswith("cannot_tell"):
        return add_months(end - DAY, -3)
    if j.boundary == "secondary_within_3_months":
        return end - j.days(75, 86)
    if j.wish.resistance == "primary":
        return end - j.days(42, 85)
    if j.boundary.startswith("chemo_break"):
        return end - j.days(300, 420)
    return end - j.days(110, 420)


def months_before(end: date, months: int) -> date:
    """Latest-possible first day of so many months that do not end before `end`."""
    start = add_months(end, -months)
    while add_months(start, months) < end:
        start += DAY
    return start


def _trastuzumab_stop(j: Journey, end: date, start: date) -> date:
    if j.boundary == "stopped_14_days_after":
        return j.on["after_trastuzumab"] + timedelta(days=14)
    if j.boundary in ("lx_trastuzumab_stops_14_days", "trastuzumab_15_days_into_lx",
                      "chemo_as_trastuzumab_stops_14_days"):  # fmt: skip
        return j.on["anchor"] + timedelta(days=14 + ("15" in j.boundary))
    if j.boundary in ("progression_28_days_after_end", "progression_29_days_after_end"):
        return end - timedelta(days=28 + ("29" in j.boundary))
    if j.facts.get("stopped_early"):
        return end - j.days(40, 60)
    if j.wish.resistance == "primary":
        return end - j.days(1, 15)
    return end - j.days(1, 21)


def _is_one_row(j: Journey, stop: date, end: date, chemo: str) -> bool:
    """Whether the site writes the regimen by its short name, in one row."""
    return chemo in REGIMENS and stop < end and not j.boundary and j.chance(0.15)


def _is_long_row(j: Journey) -> bool:
    """Whether one row runs across the progression into the index line."""
    return (
        j.wish.arm == "TBP"
        and j.wish.line == 2
        and j.is_index_kept
        and j.on["zero"] == j.on["anchor"]
        and j.boundary not in ("progression_28_days_after_end",)
        and (j.boundary == "carried_over_15_days" or j.chance(0.3))
    )


def _stable_scans(j: Journey, start: date, end: date) -> None:
    first = start + j.days(40, min(70, (end - start).days - 15))
    response = j.rng.choice(STABLE)
    while first < end - timedelta(days=14):
        scan(j, first, response)
        first += j.days(60, 95)


def _broken_chemo(j: Journey, drug: str, start: date, end: date) -> date:
    """Stop chemotherapy and resume it 90 or 91 days later; return the line's start."""
    rest = timedelta(days=int(j.boundary[12:14]))
    if "90" in j.boundary:  # one line: the break is too short to open another
        give(j, drug, start, start + timedelta(days=70))
        give(j, drug, start + timedelta(days=70) + rest, end)
        return start
    first = start - rest - timedelta(days=80)
    give(j, drug, first, start - rest)
    give(j, drug, start, end)
    scan(j, first + timedelta(days=50), "SD")
    return first
