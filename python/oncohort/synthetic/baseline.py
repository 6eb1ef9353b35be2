"""What is known at baseline: person, biomarkers, metastases, local treatment."""

from datetime import date

from oncohort.synthetic.dosing import give
from oncohort.synthetic.journey import CHOICES, DAY, Journey, add_months, months_before

IHC_RESULT = {"3+": "positive", "2+": "equivocal", "1+": "negative", "0": "negative"}


def build_baseline(j: Journey) -> None:
    """Add the person, biomarkers, metastases and their local treatment."""
    status, noted = _menopause(j)
    sex = j.facts.get("sex", "female")
    if sex == "male":
        status = noted = ""
    row = {"birth_on": _birth(j), "menopausal_status": status}
    j.add("patients", sex=sex, menopausal_status_on=noted, **row)
    _biomarkers(j)
    if j.failed != 3:
        _metastases(j)
        _palliation(j)


def _birth(j: Journey) -> object:
    zero = j.zero
    if j.boundary == "age_50_on_time_zero":
        return add_months(zero, -600)
    if j.boundary == "age_50_day_after":
        return months_before(zero + DAY, 600)
    if j.wish.age_group == "unknown":
        year = str(zero.year - 50)
        return j.pick("", year, *([f"{year}-{zero:%m}"] if zero.day <= 27 else []))
    years = j.rng.randint(*((31, 48) if j.wish.age_group == "lt50" else (51, 71)))
    born = date(zero.year - years, zero.month, 1) - j.days(2, 360)
    return j.pick(*[born] * 12, f"{born:%Y-%m}", str(born.year))


def _menopause(j: Journey) -> tuple[str, object]:
    noted = j.edge("menopause", j.zero - j.days(1, 90))
    status = j.wish.menopausal_status
    if status == "unknown":
        if j.chance(0.4):
            return "postmenopausal", j.zero + j.days(1, j.wish.pfs_days - 1)
        return "", ""
    if status == "premenopausal":
        status = j.pick(*[status] * 4, "perimenopausal")
    return status, noted


def _biomarkers(j: Journey) -> None:
    """Add HER2, hormone receptor and Ki-67 results."""
    tested = j.on["primary"] + j.days(3, 12)
    _her2(j, tested)
    receptors = j.pick(*CHOICES[f"er_pr_{j.wish.hr_status}"]).split()
    for name, result in zip(("er", "pr"), receptors, strict=True):
        if result != "-":
            j.marker(name, tested, result)
    if j.wish.hr_status == "unknown" and j.chance(0.2):
        j.marker("er", j.zero + DAY, "positive", "lymph_node")
    if j.chance(0.6):
        j.marker("ki67", tested, "", value=j.rng.randrange(5, 90, 5), unit="%")


def _her2(j: Journey, tested: date) -> None:
    kind = j.facts.get("her2") or j.pick(*CHOICES["her2_kind"])
    later = min(j.on["metastatic"] + 2 * DAY, j.zero)
    if "her2_positive" in j.facts:
        kind, later = "metastasis_3", j.edge("her2_positive")
    score, fish = CHOICES[f"her2_{kind}"]
    if score:
        j.marker("her2", tested, IHC_RESULT[score], score=score)
    if fish:
        j.marker("her2", tested, fish, method="fish")
    if kind == "metastasis_3":
        organ = "breast" if later == tested else "lymph_node"
        j.marker("her2", later, "positive", organ, score="3+")


def _metastases(j: Journey) -> None:
    """Add metastases found up to time zero and local treatment of the brain."""
    first = j.on["metastatic"]
    for number, group in enumerate(j.wish.organs):
        on = first
        if group == "brain":
            on = j.on.setdefault("brain", j.edge("brain", first))
        elif number and "metastasis" in j.facts:
            on = j.edge("metastasis")
        elif number and j.wish.line_no > 1 and j.chance(0.25):
            on = j.on["progression"]
        for organ in _organs(j, group):
            row = {"detected_on": on, "n_lesions": _count(j, group)}
            j.add("metastases", organ=organ, modality="ct", **row)
    if "brain" in j.wish.organs:
        if j.on["brain"] == first:
            j.brain_scan(first)
        _treat_brain(j)


def _organs(j: Journey, group: str) -> list[str]:
    if group == "brain":
        return [j.facts.get("brain_organ", "brain")]
    if group != "other":
        return [group]
    organs = {*j.rng.sample(CHOICES["other_organ"], j.pick(1, 1, 2, 3))}
    is_node = j.facts.get("lesion") == "lymph_node"
    if is_node or not {"lung", "liver"} & {*j.wish.organs}:
        organs.add("lymph_node")
    j.facts["other_organs"] = sorted(organs)
    return sorted(organs)


def _count(j: Journey, group: str) -> object:
    if group == "brain":
        limits = (3, 7) if j.wish.has_3_or_more_brain_lesions else (1, 2)
        return j.rng.randint(*limits)
    return j.pick("", 1, 2, 3, 5, 8)


def _treat_brain(j: Journey) -> None:
    """Irradiate or operate the brain before time zero, or fail to."""
    last = j.zero - DAY
    start = min(j.on["brain"] + j.days(2, 15), last)
    if j.facts.get("brain_radiotherapy") == "never":
        return
    start = j.edge("brain_radiotherapy", start)
    if j.wish.had_brain_surgery:
        j.procedure("brain", start, "craniotomy")
        # the print knows surgery only with radiotherapy (Table 3)
        start = min(start + 14 * DAY, last)
    j.on["irradiated"] = start
    technique = j.pick("WBRT", "SRS", "WBRT")
    days, gray = (14, 30) if technique == "WBRT" else (0, 20)
    j.procedure("brain", start, technique, days, gray)


def _palliation(j: Journey) -> None:
    """Add hormones and radiotherapy (not of the brain) between metastasis and zero."""
    first, room = j.on["metastatic"], (j.zero - DAY - j.on["metastatic"]).days
    if j.wish.has_metastatic_hormonal_therapy:
        start = first + j.days(0, room)
        drug = j.pick("exemestane", "fulvestrant")
        give(j, drug, start, start + j.days(30, 150), "course")
    if "exemestane" in j.facts:
        start = j.edge("exemestane")
        give(j, "exemestane", start, start + j.days(20, 60), "course")
    start, is_brain = None, "irradiated" in j.on
    if j.chance(0.2) if is_brain else j.wish.has_metastatic_radiotherapy:
        start = first + j.days(0, room)
    start = j.edge("radiotherapy", start)
    has_bone = "bone" in j.wish.organs
    if start:
        region = "bone" if has_bone else "supraclavicular"
        j.procedure(region, start, "external_beam", 14, 30)
    if has_bone:
        start = first + j.days(0, room)
        give(j, "zoledronic_acid", start, start + j.days(60, 300))
