"""Printed figures against ours: one verdict per printed figure.

What the print itself gets wrong is found by the audit, not typed in.
"""

import re
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import NamedTuple

from oncohort.analysis.results import Result
from oncohort.audit.printed import Flag

MATCH, INCONSISTENT, MISMATCH = "match", "print inconsistent", "mismatch"
NOT_COMPARABLE, NOT_YET = "not comparable", "not yet"
VERDICTS = (MATCH, INCONSISTENT, MISMATCH, NOT_COMPARABLE, NOT_YET)

# study.md: hazard ratios and their limits may differ from the print by this much,
# because the print does not say which estimator it used.
RATIO_TOLERANCE = Fraction("0.001")
RATIOS = ("hazard_ratio", "hr_ci_low", "hr_ci_high")
# counts, definitions and levels are equal or not
EXACT = re.compile("n|n_.*|definition_.*|line_max|alpha.*")
# Errata of these kinds say what is odd about a figure, the others ('method',
# 'passed') how it can be reproduced. None excuses a difference: the audit does.
EXPLAINING = ("arithmetic", "inconsistency", "label")
NOT_SIGNIFICANT = "ns"
WORDS = ("zero one two three four five six seven eight nine ten eleven twelve").split()
ORDINALS = ("zeroth first second third fourth fifth sixth").split()
NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?:e-?\d+)?")


class Erratum(NamedTuple):
    """A row of `published_errata.csv`; `result_ids` are ids of printed figures."""

    id: str
    diagnosis: str
    kind: str
    result_ids: str


class Printed(NamedTuple):
    """A row of `published_results.csv`; `result_id` answers to it.

    Without one, `missing` says why nothing does. `constrained`: what made ours agree
    before any analysis, if made-up data were fitted to the print; `no` if nothing did.
    """

    id: str
    location: str
    quantity: str
    value: str
    result_id: str
    missing: str
    constrained: str = ""


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
    constrained: str


def published_vs_ours(
    study_id: str,
    printed: Iterable[Printed],
    flags: Iterable[Flag],
    errata: Iterable[Erratum],
    results: Mapping[str, Result],
    alpha: float = 0.05,
) -> list[Comparison]:
    """Compare every printed figure with its result; one row each, in their order.

    Counts, definitions and texts must be equal; shares, medians and P values must round
    (ties either way) to the printed digits; '<0.001' is an upper bound, 'ns' a P not
    below `alpha`; ratios may differ by 0.001. 'print inconsistent' needs both: a flag
    of the audit on that figure, and agreement of ours with a number that the audit
    gives instead. Errata only add to the words.
    """
    # the erratum that names the fewest figures says most about each
    errata = [each for each in errata if each.kind in EXPLAINING]
    errata.sort(key=lambda each: each.result_ids.count(";"))
    flags = list(flags)
    rows = []
    for row in printed:
        own = [each for each in flags if each.result_id == row.id]
        found = _compared(study_id, row, own, results.get(row.result_id), alpha)
        words = [f"audit of the print ({each.check}): {each.reason}" for each in own]
        words += [
            f"erratum {each.id}: {each.diagnosis}"
            for each in errata
            if row.id in each.result_ids.split(";")
        ][:1]
        rows.append(found._replace(reason="; ".join([found.reason, *words])))
    return rows


def _compared(
    study_id: str, row: Printed, flags: list[Flag], ours: Result | None, alpha: float
) -> Comparison:
    place = (study_id, row.id, row.location, row.result_id or None, row.value)
    if ours is None:
        verdict = NOT_YET if row.result_id or not row.missing else NOT_COMPARABLE
        reason = row.missing or f"there is no result {row.result_id}"
        return Comparison(*place, None, None, None, verdict, reason, row.constrained)
    text, value = _at_printed_precision(ours, row), ours.value
    number = _number(row.value)
    # '<0.001' is a bound, not a number to subtract
    bounded = row.value.startswith("<") or number is None or value is None
    difference = None if bounded else float(value) - float(number)

    def found(verdict: str, why: str) -> Comparison:
        shown = (*place, text, value, difference)
        return Comparison(*shown, verdict, why, row.constrained)

    if row.value == NOT_SIGNIFICANT and value is not None:
        verdict = MATCH if value >= alpha else MISMATCH
        return found(verdict, f"P is {'not ' * (value >= alpha)}below {alpha:g}")
    if _agrees(ours, row.value, row.quantity):
        return found(MATCH, _rule(row.quantity, number)[1])
    instead = NUMBER.findall(" ".join(each.reason for each in flags))
    if any(_agrees(ours, each, row.quantity) for each in instead if each != row.value):
        return found(INCONSISTENT, f"ours {text} is what the audit gives instead")
    note = ", and the audit gives another number still" if flags else ""
    return found(MISMATCH, f"printed {row.value}, ours {text}{note}")


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
    if EXACT.fullmatch(quantity):
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
    for words in (WORDS, ORDINALS):
        if text.lower() in words:
            return Decimal(words.index(text.lower()))
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
