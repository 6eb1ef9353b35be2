"""Printed figures against ours: one verdict per printed figure."""

import re
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import NamedTuple

from oncohort.analysis.results import Result

MATCH, ERRATUM, MISMATCH, NOT_YET = "match", "known erratum", "mismatch", "not yet"
VERDICTS = (MATCH, ERRATUM, MISMATCH, NOT_YET)

# study.md: hazard ratios and their limits may differ from the print by this much,
# because the print does not say which estimator it used.
RATIO_TOLERANCE = Fraction("0.001")
RATIOS = ("hazard_ratio", "hr_ci_low", "hr_ci_high")
COUNTS = ("n", "n_sites")
# Errata that say a printed number is wrong; the others ('method', 'label', 'passed')
# say that it is right but needs a remark, and excuse no difference.
EXCUSING = ("arithmetic", "inconsistency")
WORDS = ("zero one two three four five six seven eight nine ten eleven twelve").split()
NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?")


class Erratum(NamedTuple):
    """A row of `published_errata.csv`; `result_ids` are ids of printed figures."""

    id: str
    printed: str
    recomputed: str
    diagnosis: str
    kind: str
    result_ids: str


class Printed(NamedTuple):
    """A row of `published_results.csv`; `result_id` answers to it (empty: none yet)."""

    id: str
    location: str
    quantity: str
    value: str
    result_id: str
    missing: str


class Comparison(NamedTuple):
    """One row of `analysis.published_vs_ours`."""

    study_id: str
    id: str
    location: str
    result_id: str | None
    printed: str
    ours: str | None
    ours_value: float | None
    difference: float | None
    verdict: str
    reason: str


def published_vs_ours(
    study_id: str,
    printed: Iterable[Printed],
    errata: Iterable[Erratum],
    results: Mapping[str, Result],
) -> list[Comparison]:
    """Compare every printed figure with its result; one row each, in their order.

    Counts and texts must be equal; shares, medians and P values must round (ties
    either way) to the printed digits; '<0.001' is an upper bound; ratios may differ by
    0.001. 'known erratum' needs both: an erratum that names the figure and calls it
    wrong, and agreement of ours with the number the erratum gives instead.
    """
    # the erratum that names the fewest figures says most about each
    errata = [each for each in errata if each.kind in EXCUSING]
    errata.sort(key=lambda each: each.result_ids.count(";"))
    rows = []
    for row in printed:
        own = [each for each in errata if row.id in each.result_ids.split(";")]
        rows.append(_compared(study_id, row, own, results.get(row.result_id)))
    return rows


def _compared(
    study_id: str, row: Printed, errata: list[Erratum], ours: Result | None
) -> Comparison:
    place = (study_id, row.id, row.location, row.result_id or None, row.value)
    if ours is None:
        reason = row.missing or f"there is no result {row.result_id}"
        return Comparison(*place, None, None, None, NOT_YET, reason)
    text, value = _at_printed_precision(ours, row), ours.value
    number = _number(row.value)
    # '<0.001' is a bound, not a number to subtract
    bounded = row.value.startswith("<") or number is None or value is None
    difference = None if bounded else float(value) - float(number)
    shown = (*place, text, value, difference)
    if _agrees(ours, row.value, row.quantity):
        _, why = _rule(row.quantity, number)
        return Comparison(*shown, MATCH, why)
    for erratum in errata:
        instead = NUMBER.findall(f"{erratum.recomputed} {erratum.printed}")
        if any(_agrees(ours, each, row.quantity) for each in instead):
            reason = f"erratum {erratum.id}: {erratum.diagnosis}."
            reason += f" Recomputed: {erratum.recomputed}"
            return Comparison(*shown, ERRATUM, reason)
    note = ", and its known erratum gives another number still" if errata else ""
    return Comparison(*shown, MISMATCH, f"printed {row.value}, ours {text}{note}")


def _agrees(ours: Result, printed: str, quantity: str) -> bool:
    """Whether our result agrees with a print, by the rule of its quantity."""
    number = _number(printed)
    if number is None or ours.value is None:
        return printed == ours.text
    exact = _exact(ours)
    if printed.startswith("<"):
        return exact < Fraction(number)
    return abs(exact - Fraction(number)) <= _rule(quantity, number)[0]


def _rule(quantity: str, number: Decimal | None) -> tuple[Fraction, str]:
    """How far ours may be from a printed number, and that in words."""
    if quantity in COUNTS:
        return Fraction(0), "equal"
    half = Fraction(_step(number)) / 2 if number is not None else Fraction(0)
    if quantity in RATIOS:
        words = "within 0.001 or equal at the printed digits"
        return max(half, RATIO_TOLERANCE), words
    return half, "equal at the printed digits"


def _at_printed_precision(ours: Result, row: Printed) -> str:
    """Our value with as many decimals as the print; its text if that is no number."""
    number = _number(row.value)
    if number is None or ours.value is None:
        return ours.text
    exact, step = _exact(ours), _step(number)
    # 28 digits are plenty: no share of real patients ties beyond them
    value = Decimal(exact.numerator) / Decimal(exact.denominator)
    rounded = value.quantize(step, ROUND_HALF_UP)
    if row.quantity == "p_value" and (rounded == 0 or row.value.startswith("<")):
        return f"<{step}" if exact < Fraction(step) else str(rounded)
    return str(rounded)


def _number(printed: str) -> Decimal | None:
    text = printed.removeprefix("<").strip()
    if text.lower() in WORDS:
        return Decimal(WORDS.index(text.lower()))
    return Decimal(text) if NUMBER.fullmatch(text) else None


def _step(number: Decimal) -> Decimal:
    """One unit of the last printed digit."""
    return Decimal(1).scaleb(number.as_tuple().exponent)


def _exact(ours: Result) -> Fraction:
    """Our value; a share as the exact fraction of its counts, not as a float."""
    if ours.unit == "%" and ours.n is not None and ours.denominator:
        exact = Fraction(100 * ours.n, ours.denominator)
        if abs(exact - Fraction(ours.value)) < Fraction(1, 10**9):
            return exact
    return Fraction(Decimal(repr(float(ours.value))))
