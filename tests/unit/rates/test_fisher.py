import math
from fractions import Fraction
from math import comb

import pytest

from oncohort.rates import fisher_exact

from .reference import RATES, SURVIVAL

R = {**RATES["exact"], **SURVIVAL["tables"]}
TWO_BY_TWO = {
    name: each["table"]
    for name, each in R.items()
    if len(each["table"]) == 2 == len(each["table"][0])
}


@pytest.mark.parametrize("name", R)
def test_p_agrees_with_r(name):
    expected = R[name].get("p" if name in RATES["exact"] else "fisher_p")
    found = fisher_exact(R[name]["table"]).p_value
    assert found == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("name", TWO_BY_TWO)
def test_odds_ratio_and_limits_agree_with_r_as_far_as_r_goes(name):
    expected, found = R[name], fisher_exact(TWO_BY_TWO[name])
    ratio, limits = (expected.get(k, expected.get(f"fisher_{k}")) for k in ("or", "ci"))
    numbers = [float(each) for each in (ratio, *limits)]
    assert found[1:] == pytest.approx(numbers, rel=0.02)


def exact_tail(table, ratio, is_upper):
    """P(corner >= seen) or P(corner <= seen) at an odds ratio, in whole fractions."""
    (a, b), (c, d) = table
    ratio = Fraction(ratio)
    weight = {
        x: comb(a + b, x) * comb(c + d, a + c - x) * ratio**x
        for x in range(max(0, a - d), min(a + b, a + c) + 1)
    }
    total = sum(weight.values())
    tail = sum(w for x, w in weight.items() if (x >= a if is_upper else x <= a))
    mean = sum(x * w for x, w in weight.items()) / total
    return float(tail / total), float(mean)


@pytest.mark.parametrize("name", TWO_BY_TWO)
def test_odds_ratio_and_limits_solve_the_exact_conditional_likelihood(name):
    table = TWO_BY_TWO[name]
    found = fisher_exact(table)
    if 0 < found.odds_ratio < math.inf:
        # the maximum: the corner is expected where it was seen
        mean = exact_tail(table, found.odds_ratio, True)[1]
        assert mean == pytest.approx(table[0][0], rel=1e-9)
    if found.ci_low > 0:
        tail = exact_tail(table, found.ci_low, True)[0]
        assert tail == pytest.approx(0.025, rel=1e-9)
    if found.ci_high < math.inf:
        tail = exact_tail(table, found.ci_high, False)[0]
        assert tail == pytest.approx(0.025, rel=1e-9)


def test_by_hand():
    # margins 3, 3 and 3, 3: tables with 0, 1, 2, 3 in the corner have 1, 9, 9, 1 of 20
    # ways; observed 3 in the corner: (1 + 1) / 20
    found = fisher_exact([[3, 0], [0, 3]])
    assert found.p_value == pytest.approx(0.1)
    assert (found.odds_ratio, found.ci_high) == (math.inf, math.inf)
    # and its lower limit: r^3 / (1 + 9 r + 9 r^2 + r^3) = 0.025
    low = found.ci_low
    assert low**3 / (1 + 9 * low + 9 * low**2 + low**3) == pytest.approx(0.025)


def test_transposing_changes_nothing_and_swapping_rows_inverts_the_ratio():
    table = [[7, 2], [5, 11]]
    found, turned = fisher_exact(table), fisher_exact(list(zip(*table, strict=True)))
    other = fisher_exact(table[::-1])

    assert turned == pytest.approx(found, rel=1e-9)
    assert other.odds_ratio == pytest.approx(1 / found.odds_ratio, rel=1e-9)
    assert other.ci_low == pytest.approx(1 / found.ci_high, rel=1e-9)


def test_refuses_too_many_tables():
    with pytest.raises(ValueError, match="too many tables .* use chi_square"):
        fisher_exact([[300, 200, 250], [310, 190, 240], [305, 195, 245]])
    with pytest.raises(ValueError, match="ci_level"):
        fisher_exact([[1, 2], [3, 4]], ci_level=95)
