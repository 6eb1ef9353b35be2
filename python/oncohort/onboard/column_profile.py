"""What a column holds: dates in which form, numbers, words of which code lists."""

import csv
import re
import statistics
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from oncohort.workspace import project_root

MOSTLY = 0.8
# what a part of a format looks like; the order of day and month is `DateForms`'
_PARTS = {
    "%Y": r"(1[89]|20|21)\d\d", "%m": r"(0?[1-9]|1[0-2])", "%d": r"([0-2]?\d|3[01])",
    "%y": r"\d\d", "%b": "[a-z]{3}", "%B": "[a-z]{4,9}", ".": r"\.",
}  # fmt: skip
_TIME = r"([T ]\d{1,2}:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?"
_FORMATS = (
    *("%Y", "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y/%m", "%Y.%m"),
    *("%Y年%m月%d日", "%Y年%m月%d", "%Y年%m月", "%Y年", "%m/%Y", "%m.%Y", "%m-%Y"),
    *("%d%b%Y", "%d-%b-%Y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%d-%b-%y"),
    *("%y年%m月%d日", "%y年%m月", "%y年"),
)
_FORMS = {
    rf"{_PARTS['%Y']}-\d\d-\d\d{_TIME}": "%Y-%m-%d",
    rf"{_PARTS['%Y']}-\d\d": "%Y-%m",
    rf"{_PARTS['%Y']}(0[1-9]|1[0-2])([0-2]\d|3[01])": "%Y%m%d",
} | {re.sub(r"%\w|\.", lambda part: _PARTS[part[0]], name): name for name in _FORMATS}
_DATES = tuple((re.compile(form, re.I), name) for form, name in _FORMS.items())
_UNORDERED = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d\d)")
_NUMBER = re.compile(r"[<>]?=?\s*[-+]?\d+(\.\d+)?\s*%?")
_GROUPED = re.compile(r"[-+]?\d{1,3}(\.\d{3})*,\d+|[-+]?\d+,\d+")
_NULLS = {
    "na", "n/a", "n.a.", "n.a", "nan", "null", "unknown", "unk", "missing", ".", "..",
    "not available", "not applicable", "not evaluated", "not recorded", "not reported",
    "not done", "not known", "?", "-", "--", "---", "/", "#n/a", "#null!", "nd", "n.d.",
    "n.k.", "nk", "k.a.", "unbekannt", "keine angabe", "fehlt", "inconnu",
    "non renseigne", "nicht bekannt", "不详", "未知", "缺失", "未查", "未测", "不明",
    "未记录", "暂缺", "空", "无记录", "未填", "不清楚",
}  # fmt: skip
_SENTINELS = {"999", "9999", "99999", "-9", "-99", "-999", "-1", "888", "8888"}


@dataclass
class DateForms:
    """How a column's dates are written, and what only a person can tell."""

    formats: list[str] = field(default_factory=list)
    n_dates: int = 0
    day_first: int = 0
    month_first: int = 0
    undecided: list[str] = field(default_factory=list)
    is_mixed: bool = False
    example: str = ""

    @property
    def has_short_year(self) -> bool:
        """Whether a format has a two-digit year."""
        return any("%y" in name for name in [*self.formats, *self.undecided])


@dataclass
class Column:
    """A source column: its names (header first, then labels) and its values.

    `source` is how `site.yml` names it; `words` stand for its `{}`, where several
    numbered columns are looked at as one.
    """

    name: str
    labels: tuple[str, ...]
    counts: Counter[str]
    n_rows: int
    source: str = ""
    words: tuple[str, ...] = ()

    @cached_property
    def n_values(self) -> int:
        """Count of cells that hold a value."""
        return sum(self.counts.values())

    @cached_property
    def dates(self) -> DateForms:
        """The forms of date among the values."""
        return date_forms(self.counts)

    @property
    def date_share(self) -> float:
        """Share of values that look like dates."""
        return self.dates.n_dates / self.n_values if self.n_values else 0.0

    @cached_property
    def number_share(self) -> float:
        """Share of values that are numbers, with a point or a decimal comma."""
        return self._share(lambda v: _NUMBER.fullmatch(v) or _GROUPED.fullmatch(v))

    @cached_property
    def integer_share(self) -> float:
        """Share of values that are whole numbers."""
        return self._share(lambda v: re.fullmatch(r"[-+]?\d{1,6}(\.0)?", v))

    @cached_property
    def decimal_commas(self) -> tuple[int, int]:
        """Counts of numbers with a comma, and of those that may be thousands."""
        hits = [v for v in self.counts.elements() if _GROUPED.fullmatch(plain(v))]
        return len(hits), sum(bool(re.fullmatch(r"\d{1,3},\d{3}", v)) for v in hits)

    def _share(self, test) -> float:
        hits = sum(n for value, n in self.counts.items() if test(plain(value)))
        return hits / self.n_values if self.n_values else 0.0

    @property
    def usual_number(self) -> float | None:
        """The median of the numbers; None without any."""
        texts = [plain(value).replace(",", ".") for value in self.counts.elements()]
        numbers = [float(t) for t in texts if re.fullmatch(r"[-+]?\d+(\.\d+)?", t)]
        return statistics.median(numbers) if numbers else None

    @property
    def sentinels(self) -> list[str]:
        """Numbers that often stand for unknown."""
        return [value for value in self.counts if value in _SENTINELS]

    def known_share(self, code_list: str) -> float:
        """Return the share of values that the code list's synonyms know."""
        known = code_terms().get(code_list, {})
        hits = sum(n for v, n in self.counts.items() if v.strip().lower() in known)
        return hits / self.n_values if self.n_values else 0.0

    def unknown_words(self, code_list: str) -> list[str]:
        """Return the values that the code list does not know, most frequent first."""
        known = code_terms().get(code_list, {})
        return [v for v, _ in self.counts.most_common() if v.lower() not in known]


def plain(text: str) -> str:
    """Return text with full-width digits and signs as the plain ones, trimmed."""
    return unicodedata.normalize("NFKC", text).strip()


def is_null_word(text: str) -> bool:
    """Return whether a word usually says that nothing is known."""
    word = plain(text).lower()
    if re.fullmatch(r"\[not .*\]|\[(unknown|discrepancy|completed|pending)\]", word):
        return True
    return word.strip("[]()<>") in _NULLS


def date_forms(counts: Counter[str]) -> DateForms:
    """Return how the dates among values are written; day or month first by evidence."""
    found, plain_forms = DateForms(), Counter()
    unordered: dict[tuple[str, bool], list[tuple[int, int, int]]] = {}
    for value, n in counts.items():
        text = plain(value)
        if match := _UNORDERED.fullmatch(text):
            first, sign, second, third = match.groups()
            parts = (int(first), int(second), int(third))
            if not _orders([parts], len(third) == 2):
                continue
            unordered.setdefault((sign, len(third) == 2), []).append(parts)
        elif name := next((name for form, name in _DATES if form.fullmatch(text)), ""):
            plain_forms[name] += n
        else:
            continue
        found.n_dates += n
        found.example = found.example or value
    found.formats = [name for name, _ in plain_forms.most_common()]
    for (sign, is_short), dates in unordered.items():
        orders = _orders(dates, is_short)
        if len(orders) == 1:
            found.formats.insert(0, sign.join(orders[0]))
            found.day_first += orders[0][0] == "%d"
            found.month_first += orders[0][0] == "%m"
        else:
            found.undecided.append(f"%?{sign}%?{sign}{'%y' if is_short else '%Y'}")
            found.is_mixed = not orders
    return found


def _orders(dates: list[tuple[int, int, int]], is_short: bool) -> list[tuple[str, ...]]:
    """Return the orders of day, month and year in which every date is one."""
    year = "%y" if is_short else "%Y"
    orders = [("%d", "%m", year), ("%m", "%d", year)]
    if is_short:
        orders.append(("%y", "%m", "%d"))
    limits = {"%d": 31, "%m": 12, "%y": 99, "%Y": 2199}
    return [
        order
        for order in orders
        if all(
            part <= limits[kind] and (part > 0 or kind == "%y")
            for date in dates
            for part, kind in zip(date, order, strict=True)
        )
    ]


def settle(forms: DateForms, day_first: int, month_first: int) -> bool:
    """Put day and month in order where the evidence is clear; return whether it was."""
    if not forms.undecided or bool(day_first) == bool(month_first):
        return False
    order = ("%d", "%m") if day_first else ("%m", "%d")
    settled = [f.replace("%?", order[0], 1).replace("%?", order[1], 1) for f in
               forms.undecided]  # fmt: skip
    forms.formats, forms.undecided = [*settled, *forms.formats], []
    return True


@lru_cache
def code_terms() -> dict[str, dict[str, str]]:
    """Return code list -> term in lower case -> code, of the shipped synonyms."""
    found: dict[str, dict[str, str]] = {}
    path = project_root() / "seeds" / "code_synonyms.csv"
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["code_list"], {})[row["term"].lower()] = row["code"]
    return found
