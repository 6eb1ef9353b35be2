"""How each hospital writes: files, headers, words, dates."""

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from random import Random

HERE = Path(__file__).parent
# Concepts of a table in the order of its columns, and the word list of each coded one.
CONCEPTS = {
    "patients": "record_no patient_name national_no sex birth_on menopausal_status "
    "menopausal_status_on",
    "diagnoses": "record_no diagnosis diagnosed_on stage histology evidence",
    "biomarkers": "record_no marker method tested_on result score value unit specimen",
    "treatments": "record_no drug started_on ended_on is_ongoing dose dose_unit "
    "stop_reason",
    "procedures": "record_no procedure region started_on ended_on technique dose_gy",
    "metastases": "record_no organ detected_on n_lesions modality",
    "assessments": "record_no assessed_on modality region response has_new_lesion",
    "lesions": "record_no lesion_no assessed_on lesion_role lesion_organ modality "
    "longest_diameter_mm short_axis_mm is_measurable has_soft_tissue lesion_status",
    "adverse_events": "record_no term grade started_on ended_on is_related",
    "contacts": "record_no contact_on contact_kind vital_status adverse_events_asked "
    "ecog",
    "milestones": "record_no milestone occurred_on reason cause",
}
LISTS = {
    "is_ongoing": "yes_no", "region": "organ", "specimen": "organ",
    "lesion_organ": "organ", "has_new_lesion": "yes_no", "is_measurable": "yes_no",
    "has_soft_tissue": "yes_no", "is_related": "yes_no", "reason": "stop_reason",
    "adverse_events_asked": "yes_no",
}  # fmt: skip
SAME = {"specimen": "organ", "lesion_organ": "organ"}
SPLIT_BY = {"procedures": "procedure", "milestones": "milestone"}


@dataclass(frozen=True)
class Site:
    """A made-up hospital and its habits."""

    site_id: str
    delivered_on: str
    language: str
    share: int
    digits: int
    encoding: str = "utf-8"
    dates: tuple[str, str, str] = ("%Y-%m-%d", "%Y-%m", "%Y")
    workbook: str = ""
    title: str = ""
    missing: str = ""


SITES = (
    Site("hospital_a", "2019-11-18", "en", 19, 7),
    Site("hospital_b", "2019-12-02", "zh", 14, 8, "gb18030",
         ("%Y年%m月%d日", "%Y年%m月", "%Y年"), missing="不详"),
    Site("hospital_c", "2019-12-16", "en", 10, 6, workbook="oncology_export.xlsx",
         title="Breast cancer registry, export for LX/TBP study"),
    Site("hospital_d", "2019-11-25", "en", 8, 6,
         dates=("%d/%m/%Y", "%m/%Y", "%Y"), missing="NA"),
    Site("hospital_e", "2020-01-06", "zh", 17, 8, "gb18030",
         ("%Y.%m.%d", "%Y.%m", "%Y")),
    Site("hospital_f", "2020-01-13", "zh", 7, 9, workbook="乳腺癌患者数据.xlsx",
         title="乳腺癌患者数据导出"),
    Site("hospital_g", "2020-02-03", "en", 14, 7,
         dates=("%Y/%m/%d", "%Y/%m", "%Y")),
    Site("hospital_h", "2019-12-23", "zh", 11, 6, "gb18030",
         ("%Y/%m/%d", "%Y年%m月", "%Y年")),
)  # fmt: skip


def _read(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@cache
def headers(site_id: str) -> dict[str, str]:
    """Name the column of each concept that a site records."""
    return {r["concept"]: r[site_id] for r in _read("headers.csv") if r[site_id]}


@cache
def files(site_id: str) -> list[tuple[str, str, str]]:
    """List table, part of it (all if empty) and file or sheet of a site."""
    rows = _read("files.csv")
    return [(r["table"], r["only"], r[site_id]) for r in rows if r[site_id]]


@cache
def words(site: Site) -> dict[tuple[str, str], list[str]]:
    """Words of a site for each (word list, meaning)."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in _read("words.csv"):
        if row["who"] in (site.language, site.site_id):
            found.setdefault((row["code_list"], row["code"]), []).extend(
                row["words"].split("|")
            )
    return found


def written(site: Site, concept: str, row: dict, rng: Random) -> object:
    """Write one value as the site would.

    Parameters
    ----------
    site : Site
        The hospital.
    concept : str
        What the column means.
    row : dict
        The raw row.
    rng : Random
        Picks among the site's words.

    Returns
    -------
    object
        Text; a date or number where a workbook keeps such cells.
    """
    value = row.get(SAME.get(concept, concept), "")
    if value is None or value == "":
        return ""
    if isinstance(value, date) or concept.endswith("_on"):
        return _date(site, value)
    name = LISTS.get(concept, concept)
    if concept == "result" and row.get("method") == "fish":
        name = "fish_result"
    choices = words(site).get((name, str(value)))
    if choices:
        return rng.choice(choices)
    if isinstance(value, int | float) and site.workbook:
        return value
    return str(value)


def _date(site: Site, value: object) -> object:
    if isinstance(value, date):
        if site.workbook and site.language == "en":
            return value
        return value.strftime(site.dates[0])
    year, _, month = str(value).partition("-")
    known = date(int(year), int(month or 1), 1)
    return known.strftime(site.dates[1 if month else 2])
