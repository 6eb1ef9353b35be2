"""Rows of the tables of schema `analysis`, and how numbers are printed."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from importlib.metadata import version
from typing import NamedTuple

from oncohort import __version__

ALL = "all"
OVERALL = "overall"
NOT_ESTIMABLE = "not estimable"
NOT_REACHED = "not reached"
LIMITS = ("", "_ci_low", "_ci_high")
# Decimals of each unit where a plan does not say otherwise.
DECIMALS = {"%": 1, "ratio": 2, "standard deviations": 3, "chi-square": 3}
DECIMALS["percentage points"] = 1


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

    study_id: str
    analysis_id: str
    population: str
    variable: str
    level: str
    arm: str
    statistic: str
    result_id: str
    value: float | None
    text: str
    n: int | None
    denominator: int | None
    unit: str
    method: str
    source_model: str


class CurveStep(NamedTuple):
    """One time of one arm's survival curve; `time` in days."""

    study_id: str
    analysis_id: str
    population: str
    arm: str
    time: float
    time_months: float
    n_at_risk: int
    n_events: int
    n_censored: int
    survival: float
    ci_low: float | None
    ci_high: float | None


class IncidenceStep(NamedTuple):
    """One time of one arm's cumulative incidence of one cause; `time` in days."""

    study_id: str
    analysis_id: str
    population: str
    arm: str
    cause: str
    time: float
    time_months: float
    n_at_risk: int
    n_events: int
    incidence: float
    ci_low: float
    ci_high: float


class AtRisk(NamedTuple):
    """Patients of one arm under observation at the start of a period."""

    study_id: str
    analysis_id: str
    population: str
    arm: str
    time_months: float
    n_at_risk: int
    n_censored_so_far: int


class Flip(NamedTuple):
    """A value of one patient that is another in a variant; field `cohort`: in, out."""

    study_id: str
    analysis_id: str
    variant_id: str
    patient_id: str
    field: str
    planned_value: str | None
    variant_value: str | None


class Place(NamedTuple):
    """Where results of one analysis stand; makes them, with `at` for a part of it."""

    key: Key
    source_model: str
    decimals_months: int

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
        return self.number(statistic, n, unit, method, n, denominator, str(n))

    def number(
        self,
        statistic: str,
        value: float | None,
        unit: str,
        method: str,
        n: int | None = None,
        denominator: int | None = None,
        text: str | None = None,
    ) -> Result:
        """Return a number as a result, printed by the rule of its unit.

        A method that names no library gets this one and its version.
        """
        text = printed(value, unit, self.decimals_months) if text is None else text
        key = self.key._replace(statistic=statistic)
        if any(not part or "." in part for part in key):
            raise ValueError(f"a part of the key is empty or has a dot: {key}")
        own = library("oncohort")
        method = method if own in method else f"{method}; {own}"
        about = (value, text, n, denominator, unit, method, self.source_model)
        return Result(*key, key.result_id, *about)

    def limited(
        self,
        statistic: str,
        values: Sequence[float | None],
        unit: str,
        method: str,
        n: int | None = None,
        decimals: int | None = None,
    ) -> Iterator[Result]:
        """Return an estimate and its two limits; None is not estimable.

        `decimals` if not those of the unit.
        """
        for suffix, value in zip(LIMITS, values, strict=True):
            text = None if decimals is None else f"{value or 0:.{decimals}f}"
            text = NOT_ESTIMABLE if value is None else text
            yield self.number(statistic + suffix, value, unit, method, n, text=text)


def printed(value: float | None, unit: str, decimals_months: int = 1) -> str:
    """Return a number as a paper prints it: rounded half up, by the rule of its unit.

    '<0.001' for smaller P values; without a value 'not reached' for a time and 'not
    estimable' for anything else.
    """
    if value is None:
        return NOT_REACHED if unit == "months" else NOT_ESTIMABLE
    if unit == "probability" and value < 0.001:
        return "<0.001"
    decimals = {**DECIMALS, "months": decimals_months, "probability": 3}[unit]
    # from its shortest decimal form, as a reader would round it
    step = Decimal(1).scaleb(-decimals)
    return str(Decimal(repr(float(value))).quantize(step, ROUND_HALF_UP))


def with_all(per_arm: Mapping[str, int]) -> dict[str, int]:
    """Return patients per arm, and over all arms last."""
    return {**per_arm, ALL: sum(per_arm.values())}


@cache
def library(*names: str) -> str:
    """Return 'name version' for each library, as results name them."""
    own = {"oncohort": __version__}
    return ", ".join(f"{name} {own.get(name) or version(name)}" for name in names)
