"""Early breast cancer: diagnosis, operation and adjuvant treatment."""

from datetime import date, timedelta

from oncohort.synthetic.dosing import give
from oncohort.synthetic.journey import Journey, add_months
from oncohort.synthetic.prior import months_before

DAY = timedelta(days=1)
STAGES = ("IIA", "IIA", "IIB", "II", "IIIA", "IIIB", "IIIC", "III", "X", "")


def month_only(day: date) -> str:
    """Write a date as the month alone."""
    return f"{day:%Y-%m}"


def build_early(j: Journey) -> None:
    """Lay out everything before the metastatic diagnosis.

    Parameters
    ----------
    j : Journey
        Patient with `recurrence` and `metastatic`; gets diagnoses, procedures and
        adjuvant drug rows.
    """
    recurrence = j.on["recurrence"]
    if _is_de_novo(j):
        j.on["primary"] = j.on["metastatic"]
        _diagnoses(j, "IV", "")
        return
    if j.wish.has("adjuvant_trastuzumab"):
        surgery = _adjuvant_trastuzumab(j, recurrence)
    else:
        surgery = recurrence - j.days(420, 2600)
        if "other_adjuvant" in j.facts:
            start = surgery + timedelta(days=120)
            give(j, str(j.facts["other_adjuvant"]), start, start + j.days(90, 250))
        if j.chance(0.6):
            _adjuvant_chemo(j, surgery + timedelta(days=25))
    is_neoadjuvant = bool(j.facts.get("neoadjuvant"))
    j.on["primary"] = surgery - (j.days(150, 170) if is_neoadjuvant else j.days(7, 30))
    j.add(
        "procedures", procedure="surgery", region="breast", started_on=surgery,
        ended_on=surgery, technique=j.rng.choice(("mastectomy", "lumpectomy")),
    )  # fmt: skip
    _adjuvant_local(j, surgery)
    stage = j.rng.choice(("I", "IA", "IA", "IB") if j.wish.has("stage_at_dx_row")
                         else STAGES)  # fmt: skip
    written = month_only(j.on["primary"]) if j.chance(0.2) else ""
    _diagnoses(j, stage, written)


def _is_de_novo(j: Journey) -> bool:
    names = ("adjuvant_trastuzumab", "hormonal_adjuvant", "rt_adjuvant",
             "stage_at_dx_row")  # fmt: skip
    has_early = any(j.wish.has(name) for name in names) or j.failed == 3
    return not has_early and "other_adjuvant" not in j.facts and j.chance(0.35)


def _diagnoses(j: Journey, stage: str, written: str) -> None:
    def diagnose(kind: str, on: object, stage: str = "") -> None:
        j.add(
            "diagnoses", diagnosis=kind, diagnosed_on=on, stage=stage,
            evidence=j.rng.choice(("pathology", "pathology", "imaging")),
            histology="ductal" if j.chance(0.9) else "lobular",
        )  # fmt: skip

    diagnose("primary", written or j.on["primary"], stage)
    if j.on["recurrence"] < j.on["metastatic"]:
        diagnose("local_recurrence", j.on["recurrence"])
    if j.failed != 3:
        diagnose("metastatic", j.on["metastatic"])


def _adjuvant_trastuzumab(j: Journey, recurrence: date) -> date:
    """Add (neo)adjuvant trastuzumab and its chemotherapy; return the operation."""
    end = _adjuvant_end(j, recurrence)
    start = min(end, recurrence) - j.days(230, 375)
    give(j, "trastuzumab", start, end, "course" if end > recurrence else "")
    if j.wish.line == 1:
        j.on["trastuzumab_end"] = end
    if j.chance(0.15):
        j.facts["neoadjuvant"] = True
        give(j, "docetaxel", start, start + timedelta(days=63))
        surgery = start + timedelta(days=90)
    else:
        give(j, j.rng.choice(("EC", "AC")), start - timedelta(days=84),
             start - timedelta(days=20), "course")  # fmt: skip
        give(j, "docetaxel", start, start + timedelta(days=63))
        surgery = start - timedelta(days=110)
    return surgery


def _adjuvant_end(j: Journey, recurrence: date) -> date:
    if j.boundary == "relapse_during_trastuzumab":
        return recurrence + j.days(0, 10)
    if j.boundary == "adjuvant_end_29_february":
        return date(2012, 2, 29)
    if j.boundary.startswith("adjuvant_12_months_and_a_day"):
        return add_months(recurrence - DAY, -12)
    if j.boundary == "adjuvant_exactly_12_months":
        return months_before(recurrence, 12)
    if j.wish.has("trastuzumab_failure_adjuvant"):
        return recurrence - j.days(30, 360)
    return recurrence - j.days(375, 1500)


def _adjuvant_chemo(j: Journey, start: date) -> None:
    give(j, j.rng.choice(("EC", "AC", "FEC")), start, start + timedelta(days=63),
         "course")  # fmt: skip
    if j.chance(0.6):
        first = start + timedelta(days=84)
        give(j, j.rng.choice(("docetaxel", "paclitaxel")), first,
             first + timedelta(days=63))  # fmt: skip


def _adjuvant_local(j: Journey, surgery: date) -> None:
    """Add adjuvant radiotherapy and hormones where the wish has them."""
    last = j.on["metastatic"] - DAY
    if j.wish.has("rt_adjuvant"):
        start = surgery + j.days(150, 200)
        if j.boundary == "radiotherapy_day_before_metastatic":
            start = last
        j.add(
            "procedures", procedure="radiotherapy", started_on=min(start, last),
            region="chest_wall", ended_on=min(start, last) + timedelta(days=35),
            technique="external_beam", dose_gy=50,
        )  # fmt: skip
    if j.wish.has("hormonal_adjuvant"):
        start = min(surgery + j.days(200, 260), last)
        drug = "tamoxifen" if j.wish.menopause == "pre" else j.rng.choice(
            ("letrozole", "anastrozole", "tamoxifen"))  # fmt: skip
        end = min(start + j.days(300, 1800), last - j.days(0, 20))
        give(j, drug, min(start, end), end, "course")
        if drug == "tamoxifen" and j.chance(0.2):
            give(j, "goserelin", min(start, end), end, "course")
