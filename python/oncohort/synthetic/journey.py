"""One made-up patient: what must come true, and the dated rows that make it so."""

import csv
import operator
import re
from calendar import monthrange
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random
from types import SimpleNamespace

DAY = timedelta(days=1)
CUTOFF = date(2019, 9, 30)
WINDOW = {"window_start": date(2010, 5, 1), "window_end": date(2017, 10, 31)}
SITE_GROUPS = ("lung", "liver", "bone", "brain", "other")
PARTNERS = (
    *("taxane", "vinorelbine", "gemcitabine", "cisplatin", "pemetrexed"),
    *("carboplatin", "capecitabine"),
)
SIGNS = {"=": operator.eq, "!=": operator.ne, "<": operator.lt, ">": operator.gt}


def read_table(name: str) -> list[dict[str, str]]:
    """Rows of a CSV file of this folder."""
    with Path(__file__).with_name(name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def typed(text: str) -> object:
    """Truth value, number or text of a cell."""
    if text in ("true", "false"):
        return text == "true"
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return float(text) if "." in text else int(text)
    return text


CHOICES = {r["name"]: r["options"].split("|") for r in read_table("choices.csv")}


def add_months(day: date, months: int) -> date:
    """Same day some calendar months later, the last day of a shorter month."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    length = monthrange(years, month + 1)[1]
    return date(years, month + 1, min(day.day, length))


def months_before(end: date, months: int) -> date:
    """First day from which so many months do not end before `end`."""
    start = add_months(end, -months)
    return start if add_months(start, months) == end else start + DAY


def referred(text: str, facts: dict) -> object:
    """Value of a cell; `@zero-3` is three days before the fact `zero`."""
    found = re.fullmatch(r"@(\w+?)([+-]\d+)?", text)
    if not found:
        return typed(text)
    value, shift = facts.get(found[1], ""), int(found[2] or 0)
    return value + shift * DAY if shift and value else value


def meets(thing: SimpleNamespace | dict, terms: str) -> bool:
    """Whether all terms hold, such as `line_no>1 arm=LX|TBP`; a list counts.

    A row may lack a field: it is empty then, neither more nor less than anything.
    """
    facts = thing if isinstance(thing, dict) else vars(thing)
    for name, sign, wanted in re.findall(r"(\w+)(!=|[=<>])(\S*)", terms):
        value = facts.get(name, "") if facts is thing else getattr(thing, name)
        value = len(value) if isinstance(value, list) else value
        options = [referred(word, facts) for word in wanted.split("|")]
        if "" in (value, *options) and sign in "<>":
            return False
        if not any(SIGNS[sign](value, option) for option in options):
            return False
    return True


class Wish(SimpleNamespace):
    """What the study has to find: the columns of `reconstructed_patients.csv`."""

    @property
    def organs(self) -> list[str]:
        """Groups of metastatic sites."""
        return [g for g in SITE_GROUPS if getattr(self, f"has_{g}_metastases")]

    @property
    def partners(self) -> list[str]:
        """Chemotherapy given with trastuzumab as index treatment."""
        return [drug for drug in PARTNERS if getattr(self, f"has_{drug}")]

    @property
    def adverse(self) -> list[tuple[str, str]]:
        """Term and worst grades of the adverse events that occurred."""
        grades = [(k, v) for k, v in vars(self).items() if k.startswith("worst_grade_")]
        return [(k.removeprefix("worst_grade_"), v) for k, v in grades if v != "none"]


@dataclass
class Journey:
    """A patient's plan, key dates and raw rows by table."""

    patient: str
    wish: Wish
    rng: Random
    boundary: str = ""
    failed: int = 0
    reason: str = ""
    tables: dict[str, list[dict]] = field(default_factory=lambda: defaultdict(list))
    used: set[str] = field(default_factory=set)
    on: dict[str, date] = field(default_factory=WINDOW.copy)
    facts: dict[str, object] = field(default_factory=dict)

    def add(self, table: str, **row: object) -> None:
        """Append a raw row."""
        self.tables[table].append(row)

    def days(self, low: int, high: int) -> timedelta:
        """Draw a whole number of days, both ends included."""
        return self.rng.randint(low, high) * DAY

    def chance(self, share: float) -> bool:
        """Draw true with this probability."""
        return self.rng.random() < share

    def pick(self, *options: object) -> object:
        """Draw one of the options."""
        return self.rng.choice(options)

    def edge(self, name: str, otherwise: date | None = None) -> date | None:
        """Day on which the patient's edge puts something, written like `zero-1`."""
        if name not in self.facts:
            return otherwise
        text = str(self.facts[name])
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            return date.fromisoformat(text)
        start, shift = re.fullmatch(r"([a-z_]+)([+-]\d+)?", text).groups()
        return self.on[start] + int(shift or 0) * DAY

    @property
    def zero(self) -> date:
        """Time zero."""
        return self.on["zero"]

    @property
    def pfs_end(self) -> date:
        """Day on which progression-free survival ends."""
        return self.on["pfs_end"]

    @property
    def is_safety_edge(self) -> bool:
        """Whether contacts or events lie at the end of the safety window."""
        return bool({"asked", "diarrhoea"} & self.facts.keys())

    def procedure(
        self, region: str, on: date, technique: str, days: int = 0, gray: int = 0
    ) -> None:
        """Add an operation, or a course of radiotherapy if a dose is given."""
        kind = "radiotherapy" if gray else "surgery"
        row = {"region": region, "started_on": on, "ended_on": on + days * DAY}
        row |= {"technique": technique, "dose_gy": gray or ""}
        self.add("procedures", procedure=kind, **row)

    def marker(
        self, name: str, on: date, result: str, organ: str = "breast", **more: object
    ) -> None:
        """Add a biomarker; immunohistochemistry unless `method` says otherwise."""
        row = {"method": "ihc", "tested_on": on, "result": result, "organ": organ}
        self.add("biomarkers", marker=name, **row | more)

    def assess(
        self, on: date, modality: str, region: str, response: str = "", new: str = ""
    ) -> None:
        """Add an assessment."""
        row = {"modality": modality, "region": region, "response": response}
        self.add("assessments", assessed_on=on, has_new_lesion=new, **row)

    def scan(self, on: date, response: str = "", new: bool = False) -> None:
        """Add a scan of the main region, at times with a second region left blank."""
        organs, region = {*self.wish.organs}, self.facts.get("region")
        if not region:
            part = "chest" if organs & {"lung", "other"} else "abdomen"
            is_inside = organs & {"lung", "other", "liver"}
            region = self.pick(*([part] * 2 if is_inside else []), "whole_body")
            self.facts["region"] = region
        modality = "pet_ct" if region == "whole_body" else "ct"
        found = ("yes" if new else "no") if response else ""
        self.assess(on, modality, region, response, found)
        if self.chance(0.25):
            is_chest = region == "chest"
            self.assess(on, *(("ct", "abdomen") if is_chest else ("bone_scan", "bone")))

    def brain_scan(self, on: date, finding: str = "") -> None:
        """Add a brain scan; `finding` is empty, `new`, `growth` or both joined by +."""
        response = "PD" if "growth" in finding else ""
        new = "yes" if "new" in finding else ""
        self.assess(on, self.pick("mri", "mri", "ct"), "brain", response, new)

    def examine(self, on: date, response: str = "NO_PROGRESSION") -> None:
        """Add a clinical examination."""
        self.assess(on, "clinical_examination", "", response)

    def progress_clinically(self, on: date) -> None:
        """Add a progression that was judged without a scan."""
        self.add("milestones", milestone="clinical_progression", occurred_on=on)
        if self.chance(0.5):
            stopped = {"milestone": "treatment_stopped", "reason": "progression"}
            self.add("milestones", occurred_on=on, **stopped)
        if self.chance(0.4):
            self.examine(on, "PROGRESSION")


def wishes() -> dict[str, Wish]:
    """Read the 554 patients that agree with the print, by patient."""
    rows = read_table("reconstructed_patients.csv")
    return {
        row.pop("truth_patient"): Wish(**{name: typed(row[name]) for name in row})
        for row in rows
    }
