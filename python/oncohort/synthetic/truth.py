"""What is true of each made-up patient, for tests; never part of a delivery."""

from oncohort.synthetic.journey import AE_TERMS, PARTNERS, SITE_GROUPS, Journey

FLAGS = {
    "is_stage_i_at_diagnosis": "stage_at_dx_row",
    "has_3_or_more_brain_lesions": "brain_sites_ge3",
    "had_brain_surgery": "brain_surgery",
    "has_adjuvant_hormonal_therapy": "hormonal_adjuvant",
    "has_metastatic_hormonal_therapy": "hormonal_metastatic",
    "has_adjuvant_radiotherapy": "rt_adjuvant",
    "has_metastatic_radiotherapy": "rt_metastatic",
    "has_adjuvant_trastuzumab": "adjuvant_trastuzumab",
    "is_adjuvant_trastuzumab_failure": "trastuzumab_failure_adjuvant",
    "is_cns_evaluable": "cns_evaluable",
    "has_new_cns_metastases": "cns_new",
    "has_cns_progression_of_baseline": "cns_baseline_prog",
    "is_safety_evaluable": "safety_evaluable",
}
BANDS = ("none", "grade_1_2", "grade_3_4")
MENOPAUSE = {"pre": "premenopausal", "post": "postmenopausal", "unknown": "unknown"}
COLUMNS = (
    "site_id", "record_no", "truth_patient", "is_eligible", "first_failed_criterion",
    "reason", "boundary", "time_zero_on", "first_drug_on", "arm", "line_no",
    "resistance", "resistance_on", "resistance_setting", "pfs_days", "is_pfs_event",
    "best_response_code", "age_group", "menopausal_status", "hr_status",
    "is_stage_i_at_diagnosis", "n_metastatic_sites",
    *(f"has_{group}_metastases" for group in SITE_GROUPS),
    *list(FLAGS)[1:], *(f"has_{drug}" for drug in PARTNERS),
    *(f"worst_grade_{term}" for term in AE_TERMS),
    "metastatic_on", "death_on", "last_known_alive_on",
)  # fmt: skip


def truth_row(j: Journey, site_id: str, record_no: str) -> dict[str, str]:
    """Say what the study must find about a patient.

    Parameters
    ----------
    j : Journey
        A finished journey.
    site_id, record_no : str
        Where the patient is found.

    Returns
    -------
    dict of str to str
        A row of `truth.csv`; cells that do not apply are left out.
    """
    row: dict[str, object] = {
        "site_id": site_id,
        "record_no": record_no,
        "truth_patient": j.patient,
        "is_eligible": not j.failed,
        "first_failed_criterion": j.failed or "",
        "reason": j.reason,
        "boundary": j.boundary,
        "death_on": j.on.get("death", ""),
        "last_known_alive_on": j.on["last_alive"],
        "metastatic_on": j.on["metastatic"] if j.failed != 3 else "",
    }
    if j.failed not in (3, 4):
        row |= _resistance(j)
    if j.is_index_kept:
        row |= {"time_zero_on": j.zero, "first_drug_on": j.on["anchor"],
                "arm": j.wish.arm, "line_no": _line(j)}  # fmt: skip
    if not j.failed:
        row |= _findings(j)
    return {name: _text(value) for name, value in row.items()}


def _resistance(j: Journey) -> dict[str, object]:
    is_adjuvant = j.wish.has("trastuzumab_failure_adjuvant")
    return {
        "resistance": j.wish.resistance,
        "resistance_on": j.on["resistance"],
        "resistance_setting": "adjuvant" if is_adjuvant else "metastatic",
    }


def _line(j: Journey) -> int:
    return j.wish.line + int(j.facts.get("extra_lines", 0)) + ("late_line" in j.facts)


def _findings(j: Journey) -> dict[str, object]:
    w = j.wish
    found: dict[str, object] = {
        "pfs_days": w.pfs_days,
        "is_pfs_event": w.is_event,
        "best_response_code": w.best,
        "age_group": w.age,
        "menopausal_status": MENOPAUSE[w.menopause],
        "hr_status": w.hr,
        "n_metastatic_sites": len(w.organs),
    }
    found |= {f"has_{group}_metastases": group in w.organs for group in SITE_GROUPS}
    found |= {name: w.has(flag) for name, flag in FLAGS.items()}
    found |= {f"has_{drug}": drug in w.partners for drug in PARTNERS}
    return found | {f"worst_grade_{t}": BANDS[band] for t, band in w.adverse.items()}


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
