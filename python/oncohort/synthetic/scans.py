"""Examinations: scans with a response, brain scans, clinical examinations."""

from datetime import date

from oncohort.synthetic.journey import Journey


def main_region(j: Journey) -> str:
    """Region of the scan that carries the response."""
    if "region" not in j.facts:
        organs = set(j.wish.organs)
        choices = ["whole_body"]
        if organs & {"lung", "other"}:
            choices = ["chest", "chest", "whole_body"]
        elif "liver" in organs:
            choices = ["abdomen", "abdomen", "whole_body"]
        j.facts["region"] = j.rng.choice(choices)
    return str(j.facts["region"])


def scan(j: Journey, on: date, response: str = "", new: bool = False) -> None:
    """Add a scan of the main region, at times with a second region left blank."""
    region = main_region(j)
    modality = "pet_ct" if region == "whole_body" else "ct"
    j.add(
        "assessments", assessed_on=on, modality=modality, region=region,
        response=response, has_new_lesion=("yes" if new else "no") if response else "",
    )  # fmt: skip
    if j.chance(0.25):
        other = "abdomen" if region == "chest" else "bone"
        j.add(
            "assessments", assessed_on=on, region=other, response="",
            modality="ct" if other == "abdomen" else "bone_scan", has_new_lesion="",
        )  # fmt: skip


def brain_scan(j: Journey, on: date, finding: str = "") -> None:
    """Add a brain scan; `finding` is empty, `new`, `growth` or both joined by +."""
    j.add(
        "assessments", assessed_on=on, modality=j.rng.choice(("mri", "mri", "ct")),
        region="brain", response="PD" if "growth" in finding else "",
        has_new_lesion="yes" if "new" in finding else "",
    )  # fmt: skip


def examination(j: Journey, on: date, response: str = "NO_PROGRESSION") -> None:
    """Add a clinical examination."""
    j.add(
        "assessments", assessed_on=on, modality="clinical_examination", region="",
        response=response, has_new_lesion="",
    )  # fmt: skip


def clinical_progression(j: Journey, on: date) -> None:
    """Add a progression that was judged without a scan."""
    j.add("milestones", milestone="clinical_progression", occurred_on=on)
    if j.chance(0.5):
        j.add("milestones", milestone="treatment_stopped", occurred_on=on,
              reason="progression")  # fmt: skip
    if j.chance(0.4):
        examination(j, on, "PROGRESSION")
