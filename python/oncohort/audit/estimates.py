"""Ratios, medians and their limits: which of them contradict each other."""

from collections.abc import Iterator
from fractions import Fraction
from math import exp, log
from statistics import NormalDist

from oncohort.audit.printed import BOTH, Cell, Figure, Flag

LEVEL = 0.95
# a log-rank or likelihood-ratio P may differ from the limits' Wald P: by 5% of z, twice
# what it is in the smallest population of study lx_vs_tbp (80 patients: 2.7%)
OTHER_TEST = 0.05
LOW, HIGH = "ci_low", "ci_high"


def estimate_flags(cell: Cell) -> Iterator[Flag]:
    """Estimates outside their limits; ratios whose limits or P belong to another."""
    for (arm, quantity), value in cell.items():
        low, high = (_limit(cell, arm, quantity, side) for side in (LOW, HIGH))
        if low is None or high is None:
            continue
        if not low.number <= value.number <= high.number:
            reason = f"{value.printed} is outside {low.printed} to {high.printed}"
            yield Flag(value.id, "limits", reason)
        elif "ratio" in quantity and low.number > 0:
            yield from _ratio_flags(value, low, high, cell.get((BOTH, "p_value")))


def _limit(cell: Cell, arm: str, quantity: str, side: str) -> Figure | None:
    """Return the limit of an estimate, `hr_ci_low` for `hazard_ratio` too."""
    initials = "".join(word[0] for word in quantity.split("_"))
    names = (f"{quantity}_{side}", f"{initials}_{side}")
    return next((cell[arm, name] for name in names if (arm, name) in cell), None)


def _range(figure: Figure) -> tuple[float, float]:
    """Log of the least and the largest number that prints so."""
    low = max(figure.number - figure.half_step, Fraction(1, 10**9))
    return log(low), log(figure.number + figure.half_step)


def _ratio_flags(
    ratio: Figure, low: Figure, high: Figure, p_value: Figure | None
) -> Iterator[Flag]:
    """A ratio lies in the middle of its limits (log scale); they imply its Wald P."""
    ends = (_range(ratio), _range(low), _range(high))
    if not _is_middle(*ends):
        accused = _misfit(ratio, low, high, p_value)
        middle = exp((log(low.number) + log(high.number)) / 2)
        reason = f"the middle of {low.printed} to {high.printed} is {middle:.4g}"
        yield Flag(accused.id, "ratio and limits", f"{reason}, not {ratio.printed}")
    elif p_value is not None and not _gives(p_value, *_implied(*ends[1:])):
        least, most = _implied(*ends[1:])
        reason = f"{ratio.printed} ({low.printed} to {high.printed}) means P"
        reason += f" {least:.2g} to {most:.2g}, not {p_value.printed}"
        yield Flag(p_value.id, "ratio and P", reason)


def _misfit(ratio: Figure, low: Figure, high: Figure, p_value: Figure | None) -> Figure:
    """Which of three numbers is wrong: the one without which the others give the P."""
    if p_value is None or p_value.is_bound or not 0 < p_value.number < 1:
        return ratio
    normal = NormalDist()
    z = -normal.inv_cdf(float(p_value.number) / 2)
    a, b, c = (log(each.number) for each in (low, ratio, high))
    scale = 2 * normal.inv_cdf(0.5 + LEVEL / 2)
    without = {
        ratio: (a + c) / 2 / (c - a) * scale,
        low: b / (2 * (c - b)) * scale,
        high: b / (2 * (b - a)) * scale,
    }
    return min(without, key=lambda each: abs(abs(without[each]) - z))


def _is_middle(
    ratio: tuple[float, float], low: tuple[float, float], high: tuple[float, float]
) -> bool:
    least, most = (low[0] + high[0]) / 2, (low[1] + high[1]) / 2
    return ratio[0] <= most + 1e-12 and ratio[1] >= least - 1e-12


def _implied(
    low: tuple[float, float], high: tuple[float, float]
) -> tuple[float, float]:
    """Least and largest two-sided P that limits printed so can belong to."""
    normal, found = NormalDist(), []
    width = 2 * normal.inv_cdf(0.5 + LEVEL / 2)
    for a in low:
        for b in high:
            if b > a:
                z = abs(a + b) / 2 / ((b - a) / width)
                for share in (1 - OTHER_TEST, 1 + OTHER_TEST):
                    found.append(2 * normal.cdf(-z * share))
    return (min(found), max(found)) if found else (0.0, 1.0)


def _gives(p_value: Figure, least: float, most: float) -> bool:
    """Whether a printed P can be one of a range."""
    if p_value.is_bound:
        return p_value.agrees(least) or p_value.agrees(most)
    low = float(p_value.number - p_value.half_step)
    return low <= most and float(p_value.number + p_value.half_step) >= least
