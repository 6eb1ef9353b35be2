"""What columns are called: the names of `names.csv`, held against a header's."""

import csv
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from oncohort.contract import extract_tables

ANY_TABLE, TOPIC, WHEN = "*", "~", "?"
EXACT, TOPICAL, NEAR = 1.0, 0.92, 0.88
_WORDS = {
    "dat": "date", "dt": "date", "dtc": "date", "dates": "date",
    "no": "number", "nr": "number", "num": "number", "nbr": "number", "id": "number",
    "identifier": "number", "pat": "patient", "patients": "patient",
    "subj": "subject", "dx": "diagnosis", "diag": "diagnosis", "tx": "treatment",
    "trt": "treatment", "rx": "treatment", "mets": "metastases", "met": "metastases",
    "metastasis": "metastases", "tumour": "tumor", "tumors": "tumor",
    "oestrogen": "estrogen", "ihk": "ihc", "neu": "", "pct": "percent",
    "randomization": "randomisation", "enrollment": "enrolment",
    "followup": "follow up",
    "lesions": "lesion", "drugs": "drug", "cycles": "cycle", "of": "", "the": "",
    "at": "", "a": "", "was": "", "is": "", "for": "", "de": "", "du": "", "la": "",
    "le": "", "der": "", "des": "", "d": "", "patient's": "patient",
}  # fmt: skip
_CJK = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True)
class Home:
    """A contract column that a name may stand for, in rows that hold `given`."""

    table: str
    column: str
    given: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class NameMatch:
    """How well a source column's name fits a home, and by which known name."""

    score: float = 0.0
    known: str = ""

    def reason(self) -> str:
        """Return the match in words, for the draft."""
        how = {EXACT: "the name is known", TOPICAL: "the name is known in this table"}
        return how.get(self.score, f"the name is near `{self.known}`")


def tokens(name: str) -> list[str]:
    """Return a name's words, in one spelling."""
    text = unicodedata.normalize("NFKD", name)
    text = "".join(sign for sign in text if not unicodedata.combining(sign))
    text = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", text)
    words = re.findall(r"[a-z0-9+']+|[^\W_a-z0-9]+", text.lower().replace("ß", "ss"))
    return " ".join(_WORDS.get(word, word) for word in words).split()


def spellings(name: str) -> set[str]:
    """Return the forms by which a name is looked up: words sorted, run together."""
    forms = set()
    for text in (name, re.sub(r"[(\[（【].*?[)\]）】]", " ", name)):
        words = tokens(text)
        forms |= {" ".join(sorted(words)), "".join(words)}
        forms.add("".join(re.findall(r"\w+", text.lower())).replace("_", ""))
    return forms - {""}


@lru_cache
def _entries() -> dict[Home, dict[str, str]]:
    """Return home -> form -> name as listed."""
    found: dict[Home, dict[str, str]] = {}
    path = Path(__file__).with_name("names.csv")
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            given = tuple(tuple(p.split("=", 1)) for p in row["given"].split())
            tables = [row["table"]]
            if row["table"] == ANY_TABLE:
                tables = list(extract_tables())
            for table in tables:
                forms = found.setdefault(Home(table, row["column"], given), {})
                for name in row["names"].split("|"):
                    forms |= dict.fromkeys(spellings(name), name)
    return found


def homes() -> list[Home]:
    """Return every contract column that has known names."""
    return [home for home in _entries() if home.column != TOPIC]


@lru_cache
def topics(table: str) -> dict[tuple[tuple[str, str], ...], frozenset[str]]:
    """Return the words that tell of a table, by what they say its rows hold."""
    return {
        home.given: frozenset(forms)
        for home, forms in _entries().items()
        if home.table == table and home.column == TOPIC
    }


def topic_of(name: str, table: str) -> tuple[float, tuple[tuple[str, str], ...]]:
    """Return how well a file's or sheet's name tells of a table; what it implies."""
    best, implied = 0.0, ()
    forms, text = spellings(name), "".join(tokens(name))
    for given, words in topics(table).items():
        score = 1.0 if forms & words else 0.0
        parts = set(tokens(name))
        for word in words:
            inside = word in text if _CJK.search(word) else word in parts
            if inside:
                score = max(score, 0.5 + 0.3 * len(word) / max(len(text), 1))
        if score > best or (given and score == best > 0):
            best, implied = score, given if score >= best else implied
    return best, implied


@lru_cache(maxsize=20_000)
def name_match(name: str, home: Home) -> NameMatch:
    """Return how well a source column's name fits a contract column."""
    known = _entries().get(home, {})
    forms = spellings(name)
    if hit := forms & known.keys():
        return NameMatch(EXACT, known[min(hit)])
    own = set().union(*topics(home.table).values()) if topics(home.table) else set()
    rest = [word for word in tokens(name) if word not in own]
    short = {" ".join(sorted(rest)), "".join(rest)} - {""}
    if rest != tokens(name) and (hit := short & known.keys()):
        return NameMatch(TOPICAL, known[min(hit)])
    return max(_near(forms, known), _inside(tokens(name), known), key=lambda m: m.score)


def _near(forms: Iterable[str], known: dict[str, str]) -> NameMatch:
    from rapidfuzz import fuzz, process

    best = NameMatch()
    for form in forms:
        least = 75 if _CJK.search(form) else 86
        if len(form) < 3 or (len(form) < 6 and least == 86):
            continue
        hit = process.extractOne(
            form, list(known), scorer=fuzz.ratio, score_cutoff=least
        )
        if hit and NEAR * hit[1] / 100 > best.score:
            best = NameMatch(NEAR * hit[1] / 100, known[hit[0]])
    return best


def _inside(words: list[str], known: dict[str, str]) -> NameMatch:
    """Return the longest known name whose words all stand in the name."""
    best, text, there = NameMatch(), "".join(words), set(words)
    for form, name in known.items():
        is_inside = set(form.split()) <= there and len(form) > 1
        if _CJK.search(form):
            is_inside = len(form) > 1 and form in text
        share = len(form.replace(" ", "")) / max(len(text), 1)
        if is_inside and share < 1 and 0.4 + 0.5 * share > best.score:
            best = NameMatch(0.4 + 0.5 * share, name)
    return best
