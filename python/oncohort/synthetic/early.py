"""Early breast cancer: diagnosis, operation and adjuvant treatment."""

from datetime import date

from oncohort.synthetic.dosing import give
from oncohort.synthetic.journey import CHOICES, DAY, Journey, add_months, months_before


def build_early(j: Journey) -> None:
    """Lay out everything before the metastatic diagnosis, backwards from recurrence."""
    recurrence, metastatic = j.on["recurrence"], j.on["metastatic"]
    stage, j.on["primary"], written = "IV", metastatic, ""
    if not _is_de_novo(j):
        if j.wish.has_adjuvant_trastuzumab:
            surgery = _adjuvant_trastuzumab(j, recurrence)
        else:
            surgery = recurrence - j.days(420, 2600)
            _adjuvant_drugs(j, surgery)
        wait = (150, 170) if j.facts.get("neoadjuvant") else (7, 30)
        j.on["primary"] = surgery - j.days(*wait)
        j.procedure("breast", surgery, j.pick("mastectomy", "lumpectomy"))
        _adjuvant_local(j, surgery)
        stages = "stage_i" if j.wish.is_stage_i_at_diagnosis else "stage"
        stage = j.pick(*CHOICES[stages])
        written = f"{j.on['primary']:%Y-%m}" if j.chance(0.2) else ""
    found = {"primary": written or j.on["primary"]}
    if recurrence < metastatic:
        found["local_recurrence"] = recurrence
    if j.failed != 3:
        found["metastatic"] = metastatic
    for kind, on in found.items():
        row = {"evidence": j.pick("pathology", "pathology", "imaging")}
        row["histology"] = "ductal" if j.chance(0.9) else "lobular"
        row["stage"] = stage if kind == "primary" else ""
        j.add("diagnoses", diagnosis=kind, diagnosed_on=on, **row)


def _is_de_novo(j: Journey) -> bool:
    """Whether the cancer was metastatic when first diagnosed."""
    w = j.wish
    has_drugs = w.has_adjuvant_trastuzumab or w.has_adjuvant_hormonal_therapy
    has_past = has_drugs or w.has_adjuvant_radiotherapy or w.is_stage_i_at_diagnosis
    if has_past or j.failed == 3 or "other_adjuvant" in j.facts:
        return False
    return j.chance(0.35)


def _adjuvant_trastuzumab(j: Journey, recurrence: date) -> date:
    """Add (neo)adjuvant trastuzumab and its chemotherapy; return the operation."""
    end = _adjuvant_end(j, recurrence)
    start = min(end, recurrence) - j.days(230, 375)
    give(j, "trastuzumab", start, end, "course" if end > recurrence else "")
    if j.wish.line_no == 1:
        j.on["trastuzumab_end"] = end
    j.facts["neoadjuvant"] = j.chance(0.15)
    if not j.facts["neoadjuvant"]:
        first = j.pick("EC", "AC")
        give(j, first, start - 84 * DAY, start - 20 * DAY, "course")
    give(j, "docetaxel", start, start + 63 * DAY)
    return start + (90 if j.facts["neoadjuvant"] else -110) * DAY


def _adjuvant_end(j: Journey, recurrence: date) -> date:
    if j.boundary == "relapse_during_trastuzumab":
        return recurrence + j.days(0, 10)
    if j.boundary == "adjuvant_exactly_12_months":
        return months_before(recurrence, 12)
    if j.boundary.startswith("adjuvant_12_months_and_a_day"):
        return add_months(recurrence - DAY, -12)
    if "adjuvant_end" in j.facts:
        return j.edge("adjuvant_end")
    if j.wish.is_adjuvant_trastuzumab_failure:
        return recurrence - j.days(30, 360)
    return recurrence - j.days(375, 1500)


def _adjuvant_drugs(j: Journey, surgery: date) -> None:
    """Add adjuvant treatment without trastuzumab."""
    if "other_adjuvant" in j.facts:
        start = surgery + 120 * DAY
        give(j, j.facts["other_adjuvant"], start, start + j.days(90, 250))
    if j.chance(0.6):
        start = surgery + 25 * DAY
        give(j, j.pick("EC", "AC", "FEC"), start, start + 63 * DAY, "course")
        if j.chance(0.6):
            start += 84 * DAY
            give(j, j.pick("docetaxel", "paclitaxel"), start, start + 63 * DAY)


def _adjuvant_local(j: Journey, surgery: date) -> None:
    """Add adjuvant radiotherapy and hormones where the wish has them."""
    last = j.on["metastatic"] - DAY
    if j.wish.has_adjuvant_radiotherapy:
        start = j.edge("adjuvant_radiotherapy", surgery + j.days(150, 200))
        j.procedure("chest_wall", min(start, last), "external_beam", 35, 50)
    if j.wish.has_adjuvant_hormonal_therapy:
        start = min(surgery + j.days(200, 260), last)
        drug = "tamoxifen"
        if j.wish.menopausal_status != "premenopausal":
            drug = j.pick("letrozole", "anastrozole", "tamoxifen")
        end = min(start + j.days(300, 1800), last - j.days(0, 20))
        give(j, drug, min(start, end), end, "course")
        if drug == "tamoxifen" and j.chance(0.2):
            give(j, "goserelin", min(start, end), end, "course")
