"""Drug rows as sites keep them: cycles, courses, overlaps, exact repeats."""

from datetime import date

from oncohort.synthetic.journey import DAY, Journey, read_table, typed

CYCLE = 21
DRUGS = {row["drug"]: row for row in read_table("drugs.csv")}
REGIMENS = {drug: row["regimen"] for drug, row in DRUGS.items() if row["regimen"]}
UNKNOWN = {"is_infused": "false", "dose": "", "dose_unit": ""}


def give(
    j: Journey,
    drug: str,
    start: date,
    end: date,
    style: str = "",
    stop: str = "",
    ongoing: bool = False,
) -> None:
    """Add the rows of one uninterrupted spell, first and last day exact.

    `drug` may be the short name of a regimen; `style` is drawn if empty; `stop` is the
    reason on the last row, which has no end if `ongoing`.
    """
    if end < start:
        raise ValueError(f"{j.patient}: {drug} ends {end} before it starts {start}")
    kind = DRUGS.get(drug, UNKNOWN)
    style = style or _style(j, kind["is_infused"] == "true", (end - start).days)
    spans = _spans(style, start, end)
    is_single = style == "cycles" and j.chance(0.3)
    for span in spans:
        first, last = span
        is_last = span is spans[-1]
        is_open = is_last and ongoing
        row = {
            "drug": drug,
            "started_on": first,
            "ended_on": "" if is_open or (is_single and first == last) else last,
            "is_ongoing": "yes" if is_open else "no",
            "dose": typed(kind["dose"]),
            "dose_unit": kind["dose_unit"],
            "stop_reason": stop if is_last and not is_open else "",
        }
        for _ in range(2 if j.chance(0.02) else 1):
            j.add("treatments", **row)
    j.used.add(drug)


def _style(j: Journey, is_infused: bool, length: int) -> str:
    if length < CYCLE:
        return "course"
    if is_infused and length < 400:
        return j.pick("cycles", "course", "blocks", "overlap")
    return j.pick("blocks", "course", "course", "overlap")


def _spans(style: str, start: date, end: date) -> list[tuple[date, date]]:
    """First and last day of each row."""
    length = end - start
    if style == "course":
        return [(start, end)]
    if style == "cycles":
        count = max(1, -(-length.days // CYCLE))
        days = [start + (length / count * n).days * DAY for n in range(count)]
        return [(day, day) for day in [*days, end]]
    if style == "blocks":
        spans, first = [], start
        while (end - first).days > 110:
            spans.append((first, first + 63 * DAY))
            first += 84 * DAY
        return [*spans, (first, end)]
    middle = start + length // 2
    return [(start, middle + min(10 * DAY, end - middle)), (middle, end)]
