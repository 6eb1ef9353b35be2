"""From time zero to the end of progression-free survival: scans, lesions, events."""

from datetime import date, timedelta

from oncohort.synthetic.journey import Journey
from oncohort.synthetic.lesions import Lesions
from oncohort.synthetic.scans import (
    brain_scan,
    clinical_progression,
    examination,
    scan,
)

DAY = timedelta(days=1)


def choose_ending(j: Journey) -> None:
    """Draw how progression-free survival ends, as far as the wish leaves it open."""
    w = j.wish
    if not w.is_event:
        ending = "censored"
    elif w.has("cns_new") or w.has("cns_baseline_prog"):
        ending = "cns"
    elif j.boundary:
        ending = "clinical" if w.best == "NE" else "scan"
    elif w.best == "NE" and w.pfs_days < 25:
        ending = "clinical"
    elif w.best == "NE":
        ending = j.rng.choice(("death", "clinical"))
    elif w.best == "PD":
        ending = "scan"
    else:
        ending = j.rng.choice(("scan",) * 10 + ("death", "clinical"))
    j.facts["ending"] = ending


def build_course(j: Journey) -> None:
    """Add baseline and follow-up scans, lesions and the event.

    Parameters
    ----------
    j : Journey
        Patient with baseline rows and index drugs.
    """
    lesions = Lesions(j, _baseline_day(j))
    lesions.baseline()
    days = _scan_days(j)
    for day, response in zip(days, _responses(j, len(days)), strict=True):
        on = j.zero + timedelta(days=day)
        scan(j, on, response)
        lesions.follow(on, response)
    j.facts["scan_days"] = days
    if j.wish.best == "NE" and j.wish.pfs_days > 50 and j.chance(0.5):
        on = j.zero + j.days(30, 45)
        scan(j, on, "NE")
        lesions.follow(on, "NE")
    _end(j, lesions)
    _brain_scans(j)


def _baseline_day(j: Journey) -> date:
    """Day of the baseline measurement, usually a scan of its own."""
    last = j.on["progression"]
    lead = (j.zero - last).days
    if j.boundary in ("lesion_56_days", "lesion_57_days"):
        return last
    if j.boundary == "lesions_after_zero":
        return j.zero + timedelta(days=3)
    if lead <= 50 and j.chance(0.5):
        if j.wish.line == 1:
            scan(j, last)
        return last
    on = max(j.zero - j.days(0, 25), last)
    if on != last:
        scan(j, on)
    return on


def _scan_days(j: Journey) -> list[int]:
    w = j.wish
    if w.best in ("NE", "PD"):
        return []
    limit = w.pfs_days - (14 if w.is_event else 25)
    first = min(j.rng.randint(38, 62), max(limit, 7))
    if not w.is_event and first > limit:
        return [w.pfs_days]
    days = [first]
    while (step := days[-1] + j.rng.randint(42, 84)) <= limit:
        days.append(step)
    return days if w.is_event else [*days, w.pfs_days]


def _responses(j: Journey, count: int) -> list[str]:
    if not count:
        return []
    best = j.wish.best
    if best == "SD":
        return ["SD"] * count
    before = j.rng.randint(0, min(2, count - 1))
    if best == "PR":
        return ["SD"] * before + ["PR"] * (count - before)
    return ["PR"] * before + ["CR"] * (count - before)


def _end(j: Journey, lesions: Lesions) -> None:
    """Record the event on the last day, or the last sign of no progression."""
    on, ending = j.pfs_end, j.facts["ending"]
    if ending == "scan":
        way = j.rng.choice(("growth", "growth", "new", "nontarget"))
        if j.wish.organs == ["brain"] or j.wish.best == "CR":
            way = "new"
        scan(j, on, "PD", new=way == "new")
        lesions.follow(on, way)
    elif ending == "cns":
        is_new = j.wish.has("cns_new")
        finding = "new" if is_new else j.rng.choice(("growth", "new+growth", "new"))
        brain_scan(j, on, finding)
        if is_new or "new" in finding:
            j.add("metastases", organ="brain", detected_on=on, modality="mri",
                  n_lesions=j.rng.randint(1, 6))  # fmt: skip
            lesions.new(on, "brain")
    elif ending == "death":
        j.on["death"] = on
    elif ending == "clinical":
        clinical_progression(j, on)
    elif j.wish.best == "NE":
        examination(j, on)


def _brain_scans(j: Journey) -> None:
    """Image the brain during follow-up, or only before and after it."""
    if not j.wish.has("cns_evaluable"):
        if j.boundary == "brain_scan_day_after_pfs":
            brain_scan(j, j.pfs_end + DAY)
        elif j.boundary == "brain_scan_day_before_zero":
            brain_scan(j, j.zero - DAY)
        elif j.chance(0.3):
            brain_scan(j, j.zero - j.days(2, 20))
        return
    if j.boundary == "brain_scan_on_pfs_day":
        brain_scan(j, j.pfs_end)
    elif j.boundary == "brain_scan_on_time_zero":
        brain_scan(j, j.zero)
    elif j.facts["ending"] != "cns":
        last = j.wish.pfs_days - (j.facts["ending"] == "death")
        days = [day for day in j.facts["scan_days"] if day <= last]
        picks = {j.rng.choice(days or [j.rng.randint(0, last)]) for _ in range(2)}
        for day in sorted(picks):
            brain_scan(j, j.zero + timedelta(days=day))
    elif j.wish.pfs_days > 90 and j.chance(0.5):
        brain_scan(j, j.zero + j.days(20, 60))
