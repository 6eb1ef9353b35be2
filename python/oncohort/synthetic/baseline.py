"""What is known at baseline: person, biomarkers, metastases, local treatment."""

from datetime import date, timedelta

from oncohort.synthetic.dosing import give
from oncohort.synthetic.early import month_only
from oncohort.synthetic.journey import Journey, add_months
from oncohort.synthetic.scans import brain_scan

DAY = timedelta(days=1)
OTHER_ORGANS = ("lymph_node", "lymph_node", "lymph_node", "skin", "chest_wall",
                "pleura", "soft_tissue", "adrenal", "supraclavicular",
                "mediastinum", "pericardium", "ovary")  # fmt: skip
RECEPTORS = {
    "positive": (("positive", "positive"), ("positive", "negative"),
                 ("negative", "positive"), ("positive", "")),
    "negative": (("negative", "negative"),),
    "unknown": (("", ""), ("negative", ""), ("", "negative"),
                ("negative", "indeterminate")),
}  # fmt: skip
HER2 = ("ihc_3", "ihc_3", "ihc_3", "ihc_3", "fish_positive", "fish_positive",
        "fish_alone", "metastasis_3", "fish_negative_ihc_3")  # fmt: skip


def build_person(j: Journey) -> None:
    """Add the row of `patients`: sex, birth, menopausal status."""
    status, noted = _menopause(j)
    j.add(
        "patients", sex={"male": "male", "sex_unknown": ""}.get(j.boundary, "female"),
        birth_on=_birth(j), menopausal_status=status, menopausal_status_on=noted,
    )  # fmt: skip


def _birth(j: Journey) -> object:
    zero = j.zero
    if j.boundary == "age_50_on_time_zero":
        return add_months(zero, -600)
    if j.boundary == "age_50_day_after":
        born = add_months(zero + DAY, -600)
        return born if born.day == (zero + DAY).day else born + DAY
    if j.wish.age == "unknown":
        ways = ["", f"{zero.year - 50}"]
        if zero.day <= 27:
            ways.append(f"{zero.year - 50}-{zero:%m}")
        return j.rng.choice(ways)
    years = j.rng.randint(31, 48) if j.wish.age == "lt50" else j.rng.randint(51, 71)
    born = date(zero.year - years, zero.month, 1) - j.days(2, 360)
    return j.rng.choice((born,) * 12 + (month_only(born), str(born.year)))


def _menopause(j: Journey) -> tuple[str, object]:
    noted = j.zero - j.days(1, 90)
    if j.boundary == "menopause_on_time_zero":
        noted = j.zero
    if j.wish.menopause == "unknown":
        if j.chance(0.4):
            return "postmenopausal", j.zero + j.days(1, j.wish.pfs_days - 1)
        return "", ""
    if j.wish.menopause == "pre":
        return j.rng.choice(("premenopausal",) * 4 + ("perimenopausal",)), noted
    return "postmenopausal", noted


def build_biomarkers(j: Journey) -> None:
    """Add HER2, hormone receptor and Ki-67 results."""
    tested = j.on["primary"] + j.days(3, 12)
    _her2(j, tested)
    receptors = j.rng.choice(RECEPTORS[j.wish.hr])
    for marker, result in zip(("er", "pr"), receptors, strict=True):
        if result:
            j.add("biomarkers", marker=marker, method="ihc", tested_on=tested,
                  result=result, organ="breast")  # fmt: skip
    if j.wish.hr == "unknown" and j.chance(0.2):
        j.add("biomarkers", marker="er", method="ihc", tested_on=j.zero + DAY,
              result="positive", organ="lymph_node")  # fmt: skip
    if j.chance(0.6):
        j.add("biomarkers", marker="ki67", method="ihc", tested_on=tested,
              value=j.rng.randrange(5, 90, 5), unit="%", organ="breast")  # fmt: skip


def _her2(j: Journey, tested: date) -> None:
    kind = str(j.facts.get("her2") or j.rng.choice(HER2))
    later = min(j.on["metastatic"] + timedelta(days=2), j.zero)
    if j.boundary.startswith("her2_on_time_zero"):
        kind, later = "metastasis_3", j.zero
    if j.boundary == "her2_after_time_zero":
        kind, later = "metastasis_3", j.zero + DAY

    def test(method: str, result: str, score: str, on: date) -> None:
        organ = "breast" if on == tested else "lymph_node"
        j.add("biomarkers", marker="her2", method=method, tested_on=on,
              result=result, score=score, organ=organ)  # fmt: skip

    scores = {"ihc_3": "3+", "fish_negative_ihc_3": "3+", "ihc_0": "0", "ihc_1": "1+"}
    if kind not in ("fish_alone", "none"):
        score = scores.get(kind, "2+")
        words = {"3+": "positive", "2+": "equivocal"}
        test("ihc", words.get(score, "negative"), score, tested)
    fish = {"fish_positive": "positive", "fish_alone": "positive",
            "metastasis_3": "negative", "fish_negative_ihc_3": "negative",
            "fish_negative": "negative", "fish_equivocal": "equivocal"}  # fmt: skip
    if kind in fish:
        test("fish", fish[kind], "", tested)
    if kind == "metastasis_3":
        test("ihc", "positive", "3+", later)


def build_metastases(j: Journey) -> None:
    """Add metastases found up to time zero and local treatment of the brain."""
    first = j.on["metastatic"]
    is_late = j.wish.line > 1
    for number, group in enumerate(j.wish.organs):
        on = first
        if group == "brain":
            on = j.zero if j.boundary == "brain_found_on_time_zero" else first
            on = j.on.setdefault("brain", on)
        elif number and j.boundary == "metastasis_on_time_zero":
            on = j.zero
        elif is_late and number and j.chance(0.25):
            on = j.on["progression"]
        for organ in _organs(j, group):
            j.add("metastases", organ=organ, detected_on=on, modality="ct",
                  n_lesions=_count(j, group))  # fmt: skip
    if "brain" in j.wish.organs:
        if j.on["brain"] == first:
            brain_scan(j, first)
        _treat_brain(j)


def _organs(j: Journey, group: str) -> list[str]:
    if group == "brain":
        return ["leptomeninges" if j.boundary.startswith("lepto") else "brain"]
    if group != "other":
        return [group]
    organs = set(j.rng.sample(OTHER_ORGANS, j.rng.choice((1, 1, 2, 3))))
    if not set(j.wish.organs) & {"lung", "liver"} or j.boundary.startswith("node_"):
        organs.add("lymph_node")
    j.facts["other_organs"] = sorted(organs)
    return sorted(organs)


def _count(j: Journey, group: str) -> object:
    if group == "brain":
        low, high = (3, 7) if j.wish.has("brain_sites_ge3") else (1, 2)
        return j.rng.randint(low, high)
    return j.rng.choice(("", 1, 2, 3, 5, 8))


def _treat_brain(j: Journey) -> None:
    """Irradiate or operate the brain before time zero, or fail to."""
    found = j.on["brain"]
    start = min(found + j.days(2, 15), j.zero - DAY)
    kinds = {"brain_radiotherapy_day_before": j.zero - DAY,
             "brain_radiotherapy_on_time_zero": j.zero,
             "brain_only_not_progressed": j.on["progression"] + timedelta(days=8),
             "brain_radiotherapy_after": j.zero + timedelta(days=9)}  # fmt: skip
    start = kinds.get(j.boundary, start)
    if j.boundary in ("brain_untreated", "lepto_untreated",
                      "brain_found_on_time_zero"):  # fmt: skip
        return
    if j.wish.has("brain_surgery"):
        j.add("procedures", procedure="surgery", region="brain", started_on=start,
              ended_on=start, technique="craniotomy")  # fmt: skip
        # the print knows surgery only with radiotherapy (Table 3)
        start = min(start + timedelta(days=14), j.zero - DAY)
    technique = j.rng.choice(("WBRT", "SRS", "WBRT"))
    j.on["brain_radiotherapy"] = start
    j.add("procedures", procedure="radiotherapy", region="brain", started_on=start,
          ended_on=start + timedelta(days=14 if technique == "WBRT" else 0),
          technique=technique, dose_gy=30 if technique == "WBRT" else 20)  # fmt: skip


def build_palliation(j: Journey) -> None:
    """Add hormones and radiotherapy (not of the brain) between metastasis and zero."""
    first, last = j.on["metastatic"], j.zero - DAY
    room = (last - first).days
    if j.wish.has("hormonal_metastatic"):
        start = first + j.days(0, room)
        give(j, j.rng.choice(("exemestane", "fulvestrant")), start,
             start + j.days(30, 150), "course")  # fmt: skip
    if j.boundary == "hormones_on_time_zero":
        give(j, "exemestane", j.zero, j.zero + j.days(20, 60), "course")
    start = None
    needs = j.wish.has("rt_metastatic") and "brain_radiotherapy" not in j.on
    if needs or ("brain_radiotherapy" in j.on and j.chance(0.2)):
        start = first + j.days(0, room)
    if j.boundary.startswith("radiotherapy_on_"):
        start = first if j.boundary.endswith("metastatic_day") else j.zero
    if start:
        region = "bone" if "bone" in j.wish.organs else "supraclavicular"
        j.add("procedures", procedure="radiotherapy", region=region,
              started_on=start, ended_on=start + timedelta(days=14),
              technique="external_beam", dose_gy=30)  # fmt: skip
    if "bone" in j.wish.organs:
        start = first + j.days(0, room)
        give(j, "zoledronic_acid", start, start + j.days(60, 300))
