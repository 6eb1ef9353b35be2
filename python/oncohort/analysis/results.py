"""One row of `analysis.results`, and how numbers are printed."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from importlib.metadata import version
from typing import NamedTuple

from oncohort import __version__

ALL = "all"
OVERALL = "overall"
NOT_ESTIMABLE = "not estimable"
NOT_REACHED = "not reached"


class Key(NamedTuple):
    """What a result is about; joined with dots it is the result's id."""

    study_id: str
    analysis_id: str
    population: str = ALL
    variable: str = ALL
    level: str = OVERALL
    arm: str = ALL
    statistic: str = "n"

    @property
    def result_id(self) -> str:
        """The seven parts joined with dots."""
        return ".".join(self)


class Result(NamedTuple):
    """One number: its key, value, how a paper prints it, and how it was made."""

    key: Key
    value: float | None
    text: str
    n: int | None
    denominator: int | None
    unit: str
    method: str
    source_model: str


class Where(NamedTuple):
    """What all results of one analysis share."""

    study_id: str
    analysis_id: str
    population: str
    source_model: str

    def result(
        self,
        statistic: str,
        value: float | None,
        text: str,
        *,
        method: str,
        unit: str,
        variable: str = ALL,
        level: str = OVERALL,
        arm: str = ALL,
        n: int | None = None,
        denominator: int | None = None,
    ) -> Result:
        """Return one result of this analysis."""
        key = Key(
            self.study_id,
            self.analysis_id,
            self.population,
            variable,
            level,
            arm,
            statistic,
        )
        return Result(
            key, value, text, n, denominator, unit, method, self.source_model
        )


def unique(results: Iterable[Result]) -> list[Result]:
    """Return the results, or say which key stands twice.

    Raises
    ------
    ValueError
        If two results have the same key, or a part of a key is empty or has a dot.
    """
    seen: dict[str, Result] = {}
    for result in results:
        if any(not part or "." in part for part in result.key):
            raise ValueError(f"a part of the key is empty or has a dot: {result.key}")
        if result.key.result_id in seen:
            raise ValueError(f"two results have the key {result.key.result_id}")
        seen[result.key.result_id] = result
    return list(seen.values())


def library(*names: str) -> str:
    """Return 'name version' for each library, as results name them."""
    versions = {"oncohort": __version__}
    return ", ".join(f"{name} {versions.get(name) or version(name)}" for name in names)


def fixed(value: float | None, decimals: int, missing: str = NOT_ESTIMABLE) -> str:
    """Return a number rounded half up at its shortest decimal form, as papers do."""
    if value is None:
        return missing
    unit = Decimal(1).scaleb(-decimals)
    return str(Decimal(repr(float(value))).quantize(unit, ROUND_HALF_UP))


def p_text(value: float | None) -> str:
    """Return a P value with three decimals, '<0.001' below that."""
    if value is None:
        return NOT_ESTIMABLE
    return "<0.001" if value < 0.001 else fixed(value, 3)
