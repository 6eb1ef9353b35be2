"""The index line: which drugs, from when to when."""

from datetime import date, timedelta

from oncohort.synthetic.dosing import give
from oncohort.synthetic.journey import Journey

SHORTEST = timedelta(days=18)
TAXANES = ("docetaxel", "docetaxel", "paclitaxel", "nab_paclitaxel")


def choose_chemo(j: Journey) -> None:
    """Name the chemotherapy of the index line, first partner first."""
    names = [j.rng.choice(TAXANES) if p == "taxane" else p for p in j.wish.partners]
    j.rng.shuffle(names)
    j.facts["index_chemo"] = names if j.wish.arm == "TBP" else ["capecitabine"]


def build_index(j: Journey) -> None:
    """Add the drug rows of the index line.

    Parameters
    ----------
    j : Journey
        Patient with time zero, anchor and prior lines; gets `index_end`, the last
        day on which all arm-defining drugs are surely still given.
    """
    stop = _stop(j)
    reason = "progression" if j.wish.is_event else ""
    if j.wish.arm == "LX":
        _lapatinib_capecitabine(j, stop, reason)
    else:
        _trastuzumab_chemo(j, stop, reason)
    j.on["index_stop"] = stop


def _stop(j: Journey) -> date:
    """Last day of index treatment, before the day of a death."""
    stop = j.pfs_end
    if j.facts["ending"] == "death":
        stop -= timedelta(days=min(j.wish.pfs_days - 5, j.rng.randint(3, 20)))
    elif not j.boundary.startswith(("safety_", "ae_")) and j.wish.is_event:
        stop -= timedelta(days=min(j.wish.pfs_days - 5, j.rng.choice((0, 0, 1, 5, 12))))
    return stop


def _lapatinib_capecitabine(j: Journey, stop: date, reason: str) -> None:
    starts = [j.on["anchor"], j.zero]
    if j.chance(0.5):
        starts.reverse()
    lapatinib, capecitabine = starts
    style = "course" if j.boundary.startswith(("safety_", "ae_")) else ""
    j.on["index_end"] = stop
    if j.boundary == "capecitabine_carried_over":
        give(j, "capecitabine", j.facts["capecitabine_from"], stop, "course", reason)
    elif lapatinib == capecitabine and not j.boundary and j.chance(0.1):
        give(j, "LX", lapatinib, stop, "course", reason)
        return
    else:
        give(j, "capecitabine", capecitabine, stop, style, reason)
    if j.boundary == "lapatinib_29_days_before_partner":
        lapatinib -= timedelta(days=29)
    give(j, "lapatinib", lapatinib, stop, style, reason)


def _trastuzumab_chemo(j: Journey, stop: date, reason: str) -> None:
    anchor, zero = j.on["anchor"], j.zero
    trastuzumab, chemo = zero, anchor
    if (anchor - j.on["trastuzumab_end"]).days > 90 and j.chance(0.5):
        trastuzumab, chemo = anchor, zero
    if j.boundary == "partner_29_days_line_4":
        trastuzumab -= timedelta(days=29)
    names = j.facts["index_chemo"]
    chemo_stop = min(stop, chemo + j.days(84, 168))
    for number, name in enumerate(names):
        start = chemo + _partner_lag(j, number, (anchor - chemo).days + 28)
        give(j, name, start, max(start, chemo_stop), stop=reason)
    j.on["index_end"] = chemo_stop
    if j.boundary == "extra_chemo_29_days":
        start = anchor + timedelta(days=29)
        give(j, "irinotecan", start, start + timedelta(days=30), "course")
    if j.boundary == "carried_over_15_days":
        stop, reason = anchor + timedelta(days=15), ""
        j.on["index_end"] = stop
    elif stop < anchor + SHORTEST:  # a spell carried over must outlast the anchor
        stop = anchor + SHORTEST
    start = j.on.get("long_row", trastuzumab)
    style = "course" if "long_row" in j.on else ""
    give(j, "trastuzumab", start, max(start, stop), style, reason)
    j.on["trastuzumab_last"] = stop


def _partner_lag(j: Journey, number: int, most: int) -> timedelta:
    if not number:
        return timedelta(0)
    if j.boundary == "further_partner_28_days":
        return timedelta(days=28)
    return timedelta(days=j.rng.choice((0, 0, 0, min(7, most))))
