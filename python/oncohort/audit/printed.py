"""Printed figures as rows that can be computed with, and the cells they form.

A print is a CSV: `id, location, population, arm, quantity, value, denominator`. An id
reads `<place>.<item ...>.<arm>.<what>`, as `table1.met_liver.lx.n`; figures of one
place, population and item belong together: counts and shares of each arm, their P.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from oncohort.errors import ConfigError

COLUMNS = ("id", "population", "arm", "quantity", "value", "denominator")
BOTH, ALL = "both", "all"
WORDS = ("zero one two three four five six seven eight nine ten eleven twelve").split()
NUMBER = re.compile(r"[<>]?\s*\d+(?:\.\d+)?")


class Figure(NamedTuple):
    """One printed figure; `number` is None where the print is no number."""

    id: str
    place: str
    population: str
    arm: str
    quantity: str
    printed: str
    number: Fraction | None
    half_step: Fraction
    denominator: int | None
    item: frozenset[str]
    line: int

    @property
    def is_bound(self) -> bool:
        """Whether the print is a bound, as '<0.001'."""
        return self.printed[0] in "<>"

    @property
    def is_total(self) -> bool:
        """Whether the figure is the size of its population (or of that it names)."""
        return self.quantity == "n" and (
            self.item <= {"n", "total"} or self.item == words_of(self.population)
        )

    def agrees(self, value: Fraction | float) -> bool:
        """Whether a value, rounded to the printed digits, can have been printed so."""
        if self.printed.startswith("<"):
            return value < self.number
        if self.printed.startswith(">"):
            return value > self.number
        # a float knows 15 digits: a tie must not be lost in the sixteenth
        slack = 0 if isinstance(value, Fraction) else Fraction(1, 10**12)
        return abs(Fraction(value) - self.number) <= self.half_step + slack


class Flag(NamedTuple):
    """A printed figure that cannot be right, the check that says so, and why."""

    result_id: str
    check: str
    reason: str


Cell = dict[tuple[str, str], Figure]


def read_print(path: Path) -> list[Figure]:
    """Read the printed figures of a paper.

    Raises
    ------
    ConfigError
        If there is no such file, a column is missing, an id stands twice or a
        denominator is no number.
    """
    if not path.is_file():
        raise ConfigError("there is no such file", "name the CSV of a print", file=path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
        if missing:
            raise ConfigError(
                f"the print lacks the column {missing[0]}",
                f"the first line names at least: {', '.join(COLUMNS)}",
                file=path,
                line=1,
            )
        found, seen = [], {}
        for line, row in enumerate(rows, start=2):
            if row["id"] in seen:
                raise ConfigError(
                    f"the id stands twice, first in line {seen[row['id']]}",
                    "give each printed figure an id of its own",
                    file=path,
                    line=line,
                    column="id",
                    value=row["id"],
                )
            seen[row["id"]] = line
            found.append(_figure(row, line, path))
    return found


def _figure(row: Mapping[str, str], line: int, path: Path) -> Figure:
    place, *words = row["id"].split(".")
    denominator = (row["denominator"] or "").strip()
    if denominator and not denominator.isdigit():
        raise ConfigError(
            "the denominator is no whole number",
            "write the number of patients, or nothing",
            file=path,
            line=line,
            column="denominator",
            value=denominator,
        )
    text = (row["value"] or "").strip()
    number, half_step = _number(text)
    quantity, _, suffix = row["quantity"].partition("_g")
    if quantity in ("n", "pct") and suffix:
        words = [*words[:-1], f"g{suffix}", words[-1]]
    else:
        quantity = row["quantity"]
    return Figure(
        row["id"],
        place,
        row["population"],
        row["arm"],
        quantity,
        text,
        number,
        # a count is exact
        Fraction(0) if quantity == "n" else half_step,
        int(denominator) if denominator else None,
        _item(words, row["population"], row["arm"]),
        line,
    )


def _number(text: str) -> tuple[Fraction | None, Fraction]:
    """A printed number and half a unit of its last digit."""
    if text.lower() in WORDS:
        return Fraction(WORDS.index(text.lower())), Fraction(0)
    if not NUMBER.fullmatch(text):
        return None, Fraction(0)
    number = Decimal(text.lstrip("<> "))
    return Fraction(number), Fraction(Decimal(1).scaleb(number.as_tuple().exponent)) / 2


def _item(words: list[str], population: str, arm: str) -> frozenset[str]:
    """What a figure is about: the words of its id but place, arm and kind of number."""
    kept = [word for word in words if word != arm]
    kept = kept[:-1] if len(kept) > 1 or kept == ["N"] else kept
    found = frozenset().union(*(words_of(word) for word in kept))
    # `pfs.line1` in population line1 is `pfs`; `line1` alone is its size
    return found - words_of(population) or found


def words_of(name: str) -> frozenset[str]:
    """Words of an id's part: `line2_3` is {line2, 3}."""
    return frozenset(name.split("_"))


def cells(figures: Iterable[Figure]) -> Iterator[Cell]:
    """Figures of one place, population and item, by (arm, quantity)."""
    grouped: dict[tuple[str, str, frozenset[str]], Cell] = {}
    for each in figures:
        if each.number is not None:
            key = (each.place, each.population, each.item)
            grouped.setdefault(key, {})[each.arm, each.quantity] = each
    yield from grouped.values()
