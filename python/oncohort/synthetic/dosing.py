"""Drug rows as sites keep them: cycles, courses, overlaps, exact repeats."""

from datetime import date, timedelta

from oncohort.synthetic.journey import Journey

INFUSED = {
    "trastuzumab", "pertuzumab", "trastuzumab_emtansine", "docetaxel", "paclitaxel",
    "nab_paclitaxel", "vinorelbine", "gemcitabine", "cisplatin", "carboplatin",
    "pemetrexed", "epirubicin", "pirarubicin", "liposomal_doxorubicin",
}  # fmt: skip
DOSES = {
    "trastuzumab": (6, "mg/kg"), "lapatinib": (1250, "mg"), "docetaxel": (75, "mg/m2"),
    "capecitabine": (2000, "mg/m2"), "paclitaxel": (175, "mg/m2"),
    "vinorelbine": (25, "mg/m2"), "gemcitabine": (1000, "mg/m2"),
    "cisplatin": (75, "mg/m2"), "letrozole": (2.5, "mg"), "pyrotinib": (400, "mg"),
}  # fmt: skip
REGIMENS = {
    "docetaxel": "TH", "paclitaxel": "PH", "vinorelbine": "NH", "gemcitabine": "GH",
    "capecitabine": "XH",
}  # fmt: skip
CYCLE = 21


def give(
    j: Journey,
    drug: str,
    start: date,
    end: date,
    style: str = "",
    stop: str = "",
    ongoing: bool = False,
) -> None:
    """Add the rows of one uninterrupted spell of a drug, first and last day exact.

    Parameters
    ----------
    j : Journey
        Patient; gets rows in `treatments`.
    drug : str
        Generic name, or the short name of a regimen.
    start, end : date
        First and last day; the last row ends on `end` exactly.
    style : str
        `course`, `cycles`, `blocks` or `overlap`; drawn if empty.
    stop : str
        Reason to stop, on the last row.
    ongoing : bool
        The last row has no end and is marked as ongoing.
    """
    if end < start:
        raise ValueError(f"{j.patient}: {drug} ends {end} before it starts {start}")
    style = style or _style(j, drug, (end - start).days)
    spells = {"course": _course, "cycles": _cycles, "blocks": _blocks}
    spans = spells.get(style, _overlap)(start, end)
    is_single = style == "cycles" and j.chance(0.3)
    dose, unit = DOSES.get(drug, ("", ""))
    for number, (first, last) in enumerate(spans, 1):
        is_last = number == len(spans)
        row = {
            "drug": drug,
            "started_on": first,
            "ended_on": "" if is_single and first == last else last,
            "is_ongoing": "no",
            "dose": dose,
            "dose_unit": unit,
            "stop_reason": stop if is_last else "",
        }
        if is_last and ongoing:
            row |= {"ended_on": "", "is_ongoing": "yes", "stop_reason": ""}
        j.add("treatments", **row)
        if j.chance(0.02):
            j.add("treatments", **row)
    j.used.add(drug)


def _style(j: Journey, drug: str, length: int) -> str:
    if length < CYCLE:
        return "course"
    if drug in INFUSED and length < 400:
        return j.rng.choice(("cycles", "course", "blocks", "overlap"))
    return j.rng.choice(("blocks", "course", "course", "overlap"))


def _course(start: date, end: date) -> list[tuple[date, date]]:
    return [(start, end)]


def _cycles(start: date, end: date) -> list[tuple[date, date]]:
    count = max(1, -(-(end - start).days // CYCLE))
    step = (end - start) / count
    days = [start + timedelta(days=(step * n).days) for n in range(count)]
    return [(day, day) for day in [*days, end]]


def _blocks(start: date, end: date) -> list[tuple[date, date]]:
    spans, first = [], start
    while (end - first).days > 110:
        spans.append((first, first + timedelta(days=63)))
        first += timedelta(days=84)
    return [*spans, (first, end)]


def _overlap(start: date, end: date) -> list[tuple[date, date]]:
    middle = start + (end - start) // 2
    return [(start, middle + timedelta(days=min(10, (end - middle).days))),
            (middle, end)]  # fmt: skip
