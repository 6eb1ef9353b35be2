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
# Decimals of each unit where a plan does not say otherwise.
DECIMALS = {"%": 1, "ratio": 2, "standard deviations": 3, "chi-square": 3}


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


class Place(NamedTuple):
    """Where results of one analysis stand; makes them, with `at` for a part of it."""

    key: Key
    source_model: str
    decimals_months: int = 1

    def at(self, **parts: str) -> "Place":
        """Return the place with other parts of the key."""
        return self._replace(key=self.key._replace(**parts))

    def count(
        self,
        statistic: str,
        n: int,
        denominator: int | None = None,
        method: str = "count of patients",
        unit: str = "patients",
    ) -> Result:
        """Return a count as a result."""
        return self.number(
            statistic, n, unit, method, n=n, denominator=denominator, text=str(n)
        )

    def number(
        self,
        statistic: str,
        value: float | None,
        unit: str,
        method: str,
        *,
        n: int | None = None,
        denominator: int | None = None,
        text: str | None = None,
    ) -> Result:
        """Return a number as a result, printed by the rule of its unit."""
        if text is None:
            text = printed(value, unit, self.decimals_months)
        key = self.key._replace(statistic=statistic)
        return Result(key, value, text, n, denominator, unit, method, self.source_model)


def printed(value: float | None, unit: str, decimals_months: int = 1) -> str:
    """Return a number as a paper prints it.

    Parameters
    ----------
    value : float or None
        The number; None if there is none.
    unit : str
        'months', 'probability' (a P value) or a unit of `DECIMALS`.
    decimals_months : int
        Decimals of months.

    Returns
    -------
    str
        Rounded half up from its shortest decimal form; '<0.001' for smaller P values;
        'not reached' for a time and 'not estimable' for anything else without a value.
    """
    if value is None:
        return NOT_REACHED if unit == "months" else NOT_ESTIMABLE
    if unit == "probability" and value < 0.001:
        return "<0.001"
    decimals = {**DECIMALS, "months": decimals_months, "probability": 3}[unit]
    step = Decimal(1).scaleb(-decimals)
    return str(Decimal(repr(float(value))).quantize(step, ROUND_HALF_UP))


def unique(results: Iterable[Result]) -> dict[str, Result]:
    """Return the results by id, or say which key is wrong.

    Raises
    ------
    ValueError
        If two results have the same key, or a part of a key is empty or has a dot.
    """
    by_id: dict[str, Result] = {}
    for result in results:
        if any(not part or "." in part for part in result.key):
            raise ValueError(f"a part of the key is empty or has a dot: {result.key}")
        if result.key.result_id in by_id:
            raise ValueError(f"two results have the key {result.key.result_id}")
        by_id[result.key.result_id] = result
    return by_id


def library(*names: str) -> str:
    """Return 'name version' for each library, as results name them."""
    own = {"oncohort": __version__}
    return ", ".join(f"{name} {own.get(name) or version(name)}" for name in names)
