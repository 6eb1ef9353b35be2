"""Printed figures against ours: one verdict per printed figure."""

import re
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import NamedTuple

from oncohort.analysis.results import Result

MATCH, ERRATUM, MISMATCH, NOT_YET = "match", "known erratum", "mismatch", "not yet"
VERDICTS = (MATCH, ERRATUM, MISMATCH, NOT_YET)

# study.md: hazard ratios and their limits may differ from the print by this much,
# because the print does not say which estimator it used.
RATIO_TOLERANCE = Decimal("0.001")
RATIOS = ("hazard_ratio", "hr_ci_low", "hr_ci_high")
# Errata that say a printed number is wrong; the others ('method', 'label', 'passed')
# say that it is right but needs a remark, and excuse no difference.
EXCUSING = ("arithmetic", "inconsistency")
WORDS = ("zero one two three four five six seven eight nine ten eleven twelve").split()
NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?")


class Erratum(NamedTuple):
    """What the print gets wrong; `result_ids` are ids of printed figures."""

    id: str
    printed: str
    recomputed: str
    diagnosis: str
    kind: str
    result_ids: tuple[str, ...]


class Printed(NamedTuple):
    """One printed figure, and the result it answers to (empty: none yet)."""

    id: str
    location: str
    quantity: str
    value: str
    result_id: str
    missing: str


def printed_row(row: dict[str, str]) -> Printed:
    """Return a row of `published_results.csv`."""
    return Printed(**{name: row[name] for name in Printed._fields})


def erratum_row(row: dict[str, str]) -> Erratum:
    """Return a row of `published_errata.csv`; its ids stand with `;` between them."""
    ids = tuple(filter(None, row["result_ids"].split(";")))
    return Erratum(*(row[name] for name in Erratum._fields[:-1]), ids)


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
    """Compare every printed figure with its result.

    Parameters
    ----------
    study_id : str
        Study the print belongs to.
    printed : iterable of Printed
        Printed figures.
    errata : iterable of Erratum
        Known errors of the print.
    results : mapping of str to Result
        Our results by id.

    Returns
    -------
    list of Comparison
        One row per printed figure, in its order. Counts and texts must be equal;
        shares, medians and P values must round (half up, half even or half down) to
        the printed digits; '<0.001' is an upper bound; ratios may differ by 0.001.
        'known erratum' needs both: an erratum that names the figure and calls it
        wrong, and agreement of ours with the number the erratum gives instead.
    """
    by_figure: dict[str, list[Erratum]] = {}
    for erratum in errata:
        if erratum.kind in EXCUSING:
            for figure in erratum.result_ids:
                by_figure.setdefault(figure, []).append(erratum)
    return [
        _compared(study_id, row, by_figure.get(row.id, []), results) for row in printed
    ]


def _compared(
    study_id: str,
    row: Printed,
    errata: list[Erratum],
    results: Mapping[str, Result],
) -> Comparison:
    place = (study_id, row.id, row.location, row.result_id or None, row.value)
    ours = results.get(row.result_id)
    if ours is None:
        reason = row.missing or f"there is no result {row.result_id}"
        return Comparison(*place, None, None, None, NOT_YET, reason)
    text, value = at_printed_precision(ours, row.value, row.quantity), ours.value
    number = _number(row.value)
    # '<0.001' is a bound, not a number to subtract
    bounded = row.value.startswith("<") or number is None or value is None
    difference = None if bounded else float(value) - float(number)
    shown = (*place, text, value, difference)
    if agrees(ours, row.value, row.quantity):
        return Comparison(*shown, MATCH, _why(row.quantity))
    for erratum in sorted(errata, key=lambda each: len(each.result_ids)):
        if _explains(erratum, ours, row):
            reason = (
                f"erratum {erratum.id}: {erratum.diagnosis}."
                f" Recomputed: {erratum.recomputed}"
            )
            return Comparison(*shown, ERRATUM, reason)
    note = ", and its known erratum gives another number still" if errata else ""
    return Comparison(*shown, MISMATCH, f"printed {row.value}, ours {text}{note}")


def agrees(ours: Result, printed: str, quantity: str) -> bool:
    """Whether our result agrees with a print, by the rule of its quantity.

    Parameters
    ----------
    ours : Result
        Our result.
    printed : str
        The figure as printed.
    quantity : str
        What it is, as `published_results.csv` names it.

    Returns
    -------
    bool
        True if it agrees.
    """
    number = _number(printed)
    if number is None or ours.value is None:
        return printed == ours.text
    exact = _exact(ours)
    if printed.startswith("<"):
        return exact < Fraction(number)
    if quantity in ("n", "n_sites"):
        return exact == Fraction(number)
    near = abs(exact - Fraction(number)) <= Fraction(RATIO_TOLERANCE)
    return number in _roundings(exact, number) or (quantity in RATIOS and near)


def at_printed_precision(ours: Result, printed: str, quantity: str) -> str:
    """Return our value with as many decimals as the print has.

    Parameters
    ----------
    ours : Result
        Our result.
    printed : str
        The figure as printed.
    quantity : str
        What it is; a P value that rounds to 0 becomes '<' and the smallest step.

    Returns
    -------
    str
        Text for a table; the result's own text where the print is no number.
    """
    number = _number(printed)
    if number is None or ours.value is None:
        return ours.text
    rounded = _rounded(_exact(ours), number, ROUND_HALF_UP)
    if quantity == "p_value" and (rounded == 0 or printed.startswith("<")):
        step = Decimal(1).scaleb(number.as_tuple().exponent)
        return f"<{step}" if _exact(ours) < Fraction(step) else str(rounded)
    return str(rounded)


def _why(quantity: str) -> str:
    if quantity in RATIOS:
        return f"within {RATIO_TOLERANCE} or equal at the printed digits"
    return "equal" if quantity in ("n", "n_sites") else "equal at the printed digits"


def _number(printed: str) -> Decimal | None:
    text = printed.removeprefix("<").strip()
    if text.lower() in WORDS:
        return Decimal(WORDS.index(text.lower()))
    return Decimal(text) if NUMBER.fullmatch(text) else None


def _exact(ours: Result) -> Fraction:
    """Our value; a share as the exact fraction of its counts, not as a float."""
    if ours.unit == "%" and ours.n is not None and ours.denominator:
        exact = Fraction(100 * ours.n, ours.denominator)
        if abs(exact - Fraction(ours.value)) < Fraction(1, 10**9):
            return exact
    return Fraction(Decimal(repr(float(ours.value))))


def _rounded(exact: Fraction, like: Decimal, rule: str) -> Decimal:
    # 40 digits are plenty: no share of fewer than 1e30 patients ties beyond them
    value = Decimal(exact.numerator) / Decimal(exact.denominator)
    return value.quantize(Decimal(1).scaleb(like.as_tuple().exponent), rule)


def _roundings(exact: Fraction, like: Decimal) -> set[Decimal]:
    rules = (ROUND_HALF_UP, ROUND_HALF_EVEN, ROUND_HALF_DOWN)
    return {_rounded(exact, like, rule) for rule in rules}


def _explains(erratum: Erratum, ours: Result, row: Printed) -> bool:
    """Whether ours is one of the numbers the erratum gives in place of the print."""
    instead = NUMBER.findall(f"{erratum.recomputed} {erratum.printed}")
    return any(agrees(ours, number, row.quantity) for number in instead)
