import numpy as np
import pytest

from oncohort.rates import mann_whitney

from .reference import RATES


@pytest.mark.parametrize("name", RATES["ranks"])
def test_agrees_with_r(name):
    expected = RATES["ranks"][name]
    found = mann_whitney(expected["x"], expected["y"])

    assert found.w == expected["w"]
    assert found.p_value == pytest.approx(expected["p"], rel=1e-6)
    assert found.is_exact == bool(expected["is_exact"])


def test_by_hand():
    # 3 and 4 beat 1 and 2 in all four pairs; of the 6 orders this and its mirror: 2 / 6
    assert mann_whitney([3, 4], [1, 2]) == (4, pytest.approx(1 / 3), True)


def test_a_monotone_scale_changes_nothing_and_swapping_mirrors_w():
    draw = np.random.default_rng(3)
    x, y = draw.normal(size=60), draw.normal(0.4, size=55)

    found = mann_whitney(x, y)
    assert mann_whitney(np.exp(x), np.exp(y)) == pytest.approx(found)
    assert mann_whitney(y, x) == pytest.approx((60 * 55 - found.w, found.p_value, 0))


def test_the_exact_distribution_ends_at_fifty():
    assert mann_whitney(range(49), np.arange(49) + 0.5).is_exact
    assert not mann_whitney(range(50), np.arange(49) + 0.5).is_exact


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        ([], [1], "none empty"),
        ([1, np.nan], [1], "a value is missing"),
        ([2, 2], [2], "all values are the same"),
    ],
)
def test_refuses_what_it_cannot_rank(x, y, message):
    with pytest.raises(ValueError, match=message):
        mann_whitney(x, y)
