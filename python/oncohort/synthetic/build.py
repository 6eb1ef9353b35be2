"""From a wish to a complete journey, and all patients of one seed."""

from datetime import timedelta

from oncohort.synthetic.aftermath import build_aftermath, build_contacts
from oncohort.synthetic.baseline import (
    build_biomarkers,
    build_metastases,
    build_palliation,
    build_person,
)
from oncohort.synthetic.boundaries import placed_on_edges
from oncohort.synthetic.course import build_course, choose_ending
from oncohort.synthetic.dosing import give
from oncohort.synthetic.early import build_early
from oncohort.synthetic.failures import CASES, failing_wish
from oncohort.synthetic.index import build_index, choose_chemo
from oncohort.synthetic.journey import CUTOFF, Journey, patient_rng, wishes
from oncohort.synthetic.placing import place_index
from oncohort.synthetic.prior import build_prior
from oncohort.synthetic.scans import scan
from oncohort.synthetic.toxicity import build_toxicity

DAY = timedelta(days=1)
SPANS = ("treatments", "procedures", "adverse_events")


def all_journeys(seed: int) -> list[Journey]:
    """Build every patient of a seed.

    Parameters
    ----------
    seed : int
        Changes dates, drugs and habits; never what the study finds.

    Returns
    -------
    list of Journey
        The 554 eligible patients, then those who fail each criterion in turn.
    """
    eligible = wishes()
    edges = placed_on_edges(eligible)
    journeys = [
        Journey(name, wish, patient_rng(seed, name), edges.get(name, ""))
        for name, wish in eligible.items()
    ]
    pool = list(eligible.values())
    for case in CASES:
        for _ in range(case.count):
            name = f"X{len(journeys) - len(eligible) + 1:03}"
            rng = patient_rng(seed, name)
            wish = failing_wish(case, pool, rng)
            j = Journey(name, wish, rng, case.boundary, case.failed, case.reason)
            j.facts |= case.facts
            journeys.append(j)
    for j in journeys:
        _build(j)
    return journeys


def _build(j: Journey) -> None:
    has_index = "instead" not in j.facts
    choose_ending(j)
    choose_chemo(j)
    place_index(j)
    j.facts["brain_late"] = (
        j.wish.line > 1 and j.boundary == "" and len(j.wish.organs) > 1
        and j.chance(0.4)
    )  # fmt: skip
    if j.boundary == "still_responding":
        _still_responding(j)
    else:
        build_prior(j)
    build_early(j)
    build_person(j)
    build_biomarkers(j)
    if j.failed != 3:
        build_metastases(j)
        build_palliation(j)
    if has_index:
        build_index(j)
        build_course(j)
        build_toxicity(j)
        build_aftermath(j)
    else:
        _instead(j)
    _clip(j)
    build_contacts(j)


def _still_responding(j: Journey) -> None:
    """First-line trastuzumab that still works at the cut-off."""
    start = j.on["progression"]
    j.on["metastatic"] = j.on["recurrence"] = start - DAY
    give(j, "docetaxel", start, start + timedelta(days=126))
    give(j, "trastuzumab", start, CUTOFF, "course", ongoing=True)
    for months in range(2, 12, 3):
        on = start + timedelta(days=30 * months)
        if on <= CUTOFF:
            scan(j, on, "PR")


def _instead(j: Journey) -> None:
    """Give other drugs than LX or TBP, or none, and follow up without lesions."""
    drugs = j.facts["instead"]
    start, end = j.on["anchor"], j.on["anchor"] + j.days(80, 150)
    if j.boundary == "lapatinib_stops_before_partner":
        give(j, "lapatinib", start, start + timedelta(days=35))
        give(j, "capecitabine", start + timedelta(days=29), end)
    else:
        for drug in drugs:
            give(j, drug, start, end)
    if drugs:
        scan(j, start + timedelta(days=50), "SD")
        scan(j, end, "PD")
    j.facts["asked_on"] = [start + timedelta(days=20)]


def _clip(j: Journey) -> None:
    """Let nothing run past a death or the cut-off."""
    last = min(j.on.get("death", CUTOFF + DAY) - DAY, CUTOFF)
    for table in SPANS:
        kept = [row for row in j.tables[table] if row["started_on"] <= last]
        for row in kept:
            if row["ended_on"]:
                row["ended_on"] = min(row["ended_on"], last)
        j.tables[table] = kept
