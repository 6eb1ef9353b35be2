"""Where a patient's index treatment lies in time."""

from datetime import date, timedelta

from oncohort.synthetic.journey import (
    CUTOFF,
    FIRST_INDEX_DAY,
    LAST_INDEX_DAY,
    Journey,
)

LEAP_RECURRENCE = date(2013, 2, 28)
DAY = timedelta(days=1)
LATE_PARTNER = (
    "partner_28_days", "window_last_day_late_partner", "anchor_inside_zero_after_window"
)  # fmt: skip


def place_index(j: Journey) -> None:
    """Draw time zero, the anchor of the index line and the progression before it.

    Parameters
    ----------
    j : Journey
        Patient; gets the dates `zero`, `anchor` and `progression` (the last one
        before the index line; for line 1 the metastatic diagnosis).
    """
    delay, gap = _delay(j), _gap(j)
    if (delay and j.wish.arm == "TBP") or j.facts.get("late_line"):
        gap = max(gap, 30)
    if j.boundary in ("lesion_56_days", "lesion_57_days"):
        gap = int(j.boundary[7:9]) - delay
    zero = _zero(j, delay + gap)
    if (zero.month, zero.day) == (12, 31):
        zero -= DAY
    j.on["zero"] = zero
    j.on["anchor"] = zero - timedelta(days=delay)
    j.on["progression"] = j.on["anchor"] - timedelta(days=gap)


def _delay(j: Journey) -> int:
    if j.boundary in LATE_PARTNER:
        return 28
    if j.boundary or j.chance(0.8):
        return 0
    return j.rng.randint(1, 27)


def _gap(j: Journey) -> int:
    """Days from the last progression (or metastatic diagnosis) to the anchor."""
    if j.boundary == "line_opens_on_metastatic_day":
        return 0
    if j.wish.line == 1 or "brain" in j.wish.organs:
        return j.rng.randint(20, 45)
    return j.rng.choice((0, 1, *range(3, 36)))


def _zero(j: Journey, lead: int) -> date:
    pfs = timedelta(days=j.wish.pfs_days)
    last = min(LAST_INDEX_DAY, CUTOFF - pfs)
    if j.boundary.startswith(("safety_", "ae_")):
        last = min(last, CUTOFF - pfs - timedelta(days=40))
    fixed = {
        "window_first_day": FIRST_INDEX_DAY,
        "window_last_day": LAST_INDEX_DAY,
        "window_last_day_late_partner": LAST_INDEX_DAY,
        "day_before_window": FIRST_INDEX_DAY - DAY,
        "day_after_window": LAST_INDEX_DAY + DAY,
        "anchor_inside_zero_after_window": LAST_INDEX_DAY + DAY,
        "event_on_cutoff": CUTOFF - pfs,
        "event_after_cutoff": last,
        "lx_before_window": FIRST_INDEX_DAY + timedelta(days=150),
        "adjuvant_end_29_february": LEAP_RECURRENCE + timedelta(days=lead),
    }
    if j.boundary in fixed:
        return fixed[j.boundary]
    if j.boundary == "primary_3_months_clipped":
        month, day = j.rng.choice(((2, 28), (4, 30)))
        return date(j.rng.randint(2013, 2016) // 2 * 2 + 1, month, day) + timedelta(
            days=lead
        )
    if j.boundary == "tbp_before_window":
        return date(2010, 8, 1) + j.days(0, 300)
    return FIRST_INDEX_DAY + j.days(0, (last - FIRST_INDEX_DAY).days)
