"""Patients who leave the cohort flow, and why."""

from dataclasses import dataclass, field, replace
from random import Random

from oncohort.synthetic.journey import Wish


@dataclass
class Case:
    """A way to fail one criterion, having met all before it."""

    failed: int
    boundary: str
    count: int
    reason: str
    arm: str = ""
    line: int = 0
    resistance: str = ""
    organs: tuple[str, ...] = ("lung", "other")
    facts: dict[str, object] = field(default_factory=dict)


def _her2(kind: str, reason: str) -> Case:
    return Case(1, f"her2_{kind}", 5, reason, facts={"her2": kind})


def _instead(count: int, reason: str, *drugs: str, name: str = "") -> Case:
    name = name or "instead_" + "_".join(drugs)
    return Case(5, name, count, reason, line=2, facts={"instead": drugs})


def _lesion(name: str, count: int, reason: str, **lesion: object) -> Case:
    facts = {"lesions": [lesion] if lesion else []}
    return Case(9, name, count, reason, organs=("lung", "liver"), facts=facts)


OUTSIDE = "no LX or TBP regimen inside the window"
NEITHER = "no LX or TBP regimen after resistance"
CANNOT = "resistance: cannot tell primary from secondary"
NO_FAILURE = "no progression on trastuzumab"
OTHER = "other anti-HER2 drug before the index line"
CASES = (
    _her2("ihc_2", "IHC 2+ alone"),
    _her2("fish_negative", "IHC 2+, FISH negative"),
    _her2("fish_equivocal", "IHC 2+, FISH equivocal"),
    _her2("ihc_1", "IHC 1+"),
    _her2("ihc_0", "IHC 0"),
    _her2("none", "no HER2 test"),
    Case(1, "her2_after_time_zero", 4, "HER2-positive only after time zero", line=2),
    Case(2, "male", 12, "male"),
    Case(2, "sex_unknown", 10, "sex unknown"),
    Case(3, "local_recurrence_only", 14, "local recurrence only", line=1),
    Case(3, "primary_only", 8, "no recurrence", line=1, facts={"instead": ()}),
    Case(4, "adjuvant_12_months_and_a_day_lx", 6, NO_FAILURE, "LX", 1),
    Case(4, "progression_29_days_after_end", 6, NO_FAILURE, "LX", 2, "secondary"),
    Case(4, "stopped_early", 6, NO_FAILURE, "LX", 2, "secondary",
         facts={"stopped_early": True}),
    Case(4, "never_trastuzumab", 6, NO_FAILURE, "LX", 2,
         facts={"no_trastuzumab": True}),
    Case(4, "still_responding", 6, NO_FAILURE, "TBP", 2, facts={"instead": ()}),
    Case(4, "cannot_tell_scan_after_3_months", 7, CANNOT, "LX", 2, "primary"),
    Case(4, "cannot_tell_no_scan", 7, CANNOT, "LX", 2, "primary"),
    _instead(4, NEITHER, "vinorelbine"),
    _instead(3, NEITHER, name="no_further_treatment"),
    _instead(3, NEITHER, "lapatinib"),
    _instead(3, NEITHER, "lapatinib", "trastuzumab"),
    _instead(3, NEITHER, "trastuzumab", "letrozole"),
    _instead(3, NEITHER, "pertuzumab", "trastuzumab", "docetaxel"),
    _instead(3, NEITHER, "pyrotinib", "capecitabine"),
    _instead(3, NEITHER, "trastuzumab_emtansine"),
    _instead(3, NEITHER, "lapatinib", name="lapatinib_stops_before_partner"),
    _instead(3, NEITHER, "vinorelbine", name="chemo_as_trastuzumab_stops_14_days"),
    Case(5, "trastuzumab_15_days_into_lx", 3, NEITHER, "LX", 2),
    Case(5, "day_before_window", 4, OUTSIDE, "LX", 2),
    Case(5, "day_before_window", 3, OUTSIDE, "TBP", 2),
    Case(5, "day_after_window", 4, OUTSIDE, line=2),
    Case(5, "anchor_inside_zero_after_window", 3, OUTSIDE, "LX", 2),
    Case(6, "line_4", 22, "index line 4 or later", line=3, facts={"extra_lines": 1}),
    Case(6, "line_5", 4, "index line 4 or later", line=3, facts={"extra_lines": 2}),
    Case(6, "partner_29_days_line_4", 4, "index line 4 or later", "TBP", 3,
         facts={"middle": True, "extra_lines": 0, "late_line": True}),
    Case(7, "pertuzumab_before", 5, OTHER, line=2, facts={"beside": "pertuzumab"}),
    Case(7, "pyrotinib_before", 5, OTHER, line=3,
         facts={"middle": ("pyrotinib", "tegafur")}),
    Case(7, "t_dm1_before", 5, OTHER, line=3,
         facts={"middle": ("trastuzumab_emtansine",)}),
    Case(7, "lapatinib_before", 3, OTHER, line=3,
         facts={"middle": ("lapatinib", "etoposide")}),
    Case(7, "adjuvant_lapatinib", 4, OTHER, line=2,
         facts={"other_adjuvant": "lapatinib"}),
    Case(7, "adjuvant_neratinib", 3, OTHER, line=2,
         facts={"other_adjuvant": "neratinib"}),
    Case(7, "lx_before_window", 4, OTHER, "TBP", 3),
    Case(7, "lapatinib_29_days_before_partner", 4, OTHER, "LX", 2,
         facts={"late_line": True}),
    Case(8, "brain_untreated", 8, "CNS metastases untreated",
         organs=("lung", "brain")),
    Case(8, "brain_radiotherapy_on_time_zero", 6, "CNS treated from time zero on",
         organs=("lung", "brain")),
    Case(8, "brain_radiotherapy_after", 5, "CNS treated after time zero",
         organs=("liver", "brain")),
    Case(8, "brain_found_on_time_zero", 4, "CNS metastases untreated",
         organs=("liver", "brain")),
    Case(8, "lepto_untreated", 4, "CNS metastases untreated",
         organs=("lung", "brain")),
    _lesion("lesion_9_9_mm", 6, "no measurable lesion", organ="lung",
            longest_diameter_mm=9.9),
    _lesion("node_14_9_mm", 6, "no measurable lesion", organ="lymph_node",
            longest_diameter_mm=22.0, short_axis_mm=14.9),
    replace(_lesion("bone_without_soft_tissue", 6, "bone without soft-tissue part",
                    organ="bone", longest_diameter_mm=31.0, has_soft_tissue="no"),
            organs=("bone",)),
    Case(9, "brain_only_not_progressed", 6, "irradiated brain without progression",
         line=2, organs=("brain",)),
    replace(_lesion("no_lesion_measured", 4, "no measurable lesion"),
            organs=("lung",)),
    Case(9, "lesion_57_days", 6, "measured 57 days before time zero", line=2),
    Case(9, "lesions_after_zero", 4, "measured after time zero only", line=2),
)  # fmt: skip


def failing_wish(case: Case, pool: list[Wish], rng: Random) -> Wish:
    """Draw the wish of a patient who fails, near that of an eligible one.

    Parameters
    ----------
    case : Case
        How to fail.
    pool : list of Wish
        The eligible patients.
    rng : Random
        Random numbers of this patient.

    Returns
    -------
    Wish
        A copy with the organs, treatment of the brain and adjuvant past it takes.
    """
    able = [
        w for w in pool
        if case.arm in ("", w.arm) and case.line in (0, w.line)
        and case.resistance in ("", w.resistance)
        and w.pfs_days < 650 and w.organs != ["brain"]
    ]  # fmt: skip
    wish = rng.choice(able)
    flags = wish.flags | {"cns_new": False, "cns_baseline_prog": False}
    if case.failed == 4 and case.line == 2 or "other_adjuvant" in case.facts:
        flags["adjuvant_trastuzumab"] = False
    flags |= {"rt_metastatic": case.boundary == "brain_only_not_progressed",
              "brain_surgery": False}  # fmt: skip
    return replace(wish, organs=list(case.organs), flags=flags)
