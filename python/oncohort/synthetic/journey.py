"""One made-up patient: what must come true, and the dated rows that make it so."""

import csv
from calendar import monthrange
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random

CUTOFF = date(2019, 9, 30)
FIRST_INDEX_DAY = date(2010, 5, 1)
LAST_INDEX_DAY = date(2017, 10, 31)
TRUTH_FILE = Path(__file__).with_name("reconstructed_patients.csv")

AE_TERMS = (
    "neutropenia", "febrile_neutropenia", "thrombocytopenia", "anaemia",
    "nausea_vomiting", "diarrhoea", "cardiac_toxicity", "rash_erythema",
    "alt_ast_increased", "hand_foot_syndrome",
)  # fmt: skip
PARTNERS = (
    "taxane", "vinorelbine", "gemcitabine", "cisplatin", "pemetrexed", "carboplatin",
    "capecitabine",
)  # fmt: skip
SITE_GROUPS = ("lung", "liver", "bone", "brain", "other")


def add_months(day: date, months: int) -> date:
    """Same day some calendar months later, the last day of a shorter month."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    length = monthrange(years, month + 1)[1]
    return date(years, month + 1, min(day.day, length))


@dataclass
class Wish:
    """What the study has to find out about a patient."""

    arm: str
    line: int
    resistance: str
    pfs_days: int
    is_event: bool
    best: str
    age: str
    hr: str
    menopause: str
    organs: list[str]
    partners: list[str]
    adverse: dict[str, int]
    flags: dict[str, bool]

    def has(self, flag: str) -> bool:
        """Whether a flag of the published reconstruction is set."""
        return self.flags[flag]


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
    on: dict[str, date] = field(default_factory=dict)
    facts: dict[str, object] = field(default_factory=dict)

    def add(self, table: str, **row: object) -> None:
        """Append a raw row."""
        self.tables[table].append(row)

    def days(self, low: int, high: int) -> timedelta:
        """Draw a whole number of days, both ends included."""
        return timedelta(days=self.rng.randint(low, high))

    def chance(self, share: float) -> bool:
        """Draw true with this probability."""
        return self.rng.random() < share

    @property
    def zero(self) -> date:
        """Time zero."""
        return self.on["zero"]

    @property
    def pfs_end(self) -> date:
        """Day on which progression-free survival ends."""
        return self.zero + timedelta(days=self.wish.pfs_days)

    @property
    def is_index_kept(self) -> bool:
        """Whether the index treatment is one that the study looks for."""
        return self.failed not in (3, 4, 5)


def patient_rng(seed: int, patient: str) -> Random:
    """Random numbers of one patient, whatever the others draw."""
    return Random(f"oncohort-{seed}-{patient}")  # noqa: S311


def wishes() -> dict[str, Wish]:
    """Read the 554 patients that agree with the print, by patient."""
    with TRUTH_FILE.open(encoding="utf-8", newline="") as lines:
        return {row["patient_id"]: _wish(row) for row in csv.DictReader(lines)}


def _wish(row: dict[str, str]) -> Wish:
    flags = {
        name: value == "1"
        for name, value in row.items()
        if value in ("0", "1") and not name.startswith("ae_")
    }
    return Wish(
        arm=row["arm"].upper(),
        line=int(row["line"]),
        resistance=row["resistance"],
        pfs_days=int(row["pfs_days"]),
        is_event=row["event"] == "1",
        best=row["bor"][:2],
        age={"<50": "lt50", ">=50": "ge50"}.get(row["age"], "unknown"),
        hr=row["hr_status"],
        menopause=row["menopause"],
        organs=[group for group in SITE_GROUPS if row[f"met_{group}"] == "1"],
        partners=[drug for drug in PARTNERS if row[f"chemo_{drug}"] == "1"],
        adverse={term: int(row[f"ae_{term}"]) for term in AE_TERMS},
        flags=flags,
    )
