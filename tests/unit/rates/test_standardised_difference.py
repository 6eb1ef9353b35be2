import numpy as np
import pytest

from oncohort.rates import standardised_difference, standardised_mean_difference


def test_standardised_difference_by_hand():
    # 0.5 against 0.2: 0.3 / sqrt((0.25 + 0.16) / 2) = 0.66259
    table = [[50, 20], [50, 80]]
    assert standardised_difference(table) == pytest.approx(0.3 / 0.205**0.5)
    assert standardised_difference(table[::-1]) == pytest.approx(0.3 / 0.205**0.5)


def test_standardised_difference_of_three_categories_ignores_their_order():
    table = [[94, 164], [37, 43], [124, 92]]
    assert standardised_difference(table) == pytest.approx(
        standardised_difference([table[2], table[0], table[1]])
    )
    assert standardised_difference([[5, 10], [7, 14], [1, 2]]) == pytest.approx(0)


def test_three_categories_by_hand():
    # shares (.5, .25, .25) and (.25, .25, .5); of the first two: d = (.25, 0),
    # S = [[.21875, -.09375], [-.09375, .1875]]; d' S^-1 d = .0625 * .1875 / .0322266
    distance = standardised_difference([[2, 1], [1, 1], [1, 2]])
    assert distance == pytest.approx((0.0625 * 0.1875 / 0.0322265625) ** 0.5)


def test_weights_are_patients():
    # everybody of weight 2 is everybody twice: shares, and so distances, are the same
    table = np.array([[50, 20], [50, 80]])
    assert standardised_difference(table * [2.5, 0.5]) == pytest.approx(
        standardised_difference(table)
    )


def test_groups_without_a_category_in_common_are_refused():
    for table in ([[5, 0], [0, 7]], [[5, 0], [0, 3], [0, 4]]):
        with pytest.raises(ValueError, match="share no category"):
            standardised_difference(table)


def test_means_by_hand():
    # means 2 and 4, variances 1 and 1
    assert standardised_mean_difference([1, 2, 3], [3, 4, 5]) == pytest.approx(2)
    # x: weights 1, 2, 1 of 1, 2, 3: mean 2, sum of squares 2 over 4 - 6/4
    found = standardised_mean_difference([1, 2, 3], [3, 4, 5], x_weights=[1, 2, 1])
    assert found == pytest.approx(2 / ((2 / 2.5 + 1) / 2) ** 0.5)


def test_unit_and_order_do_not_matter():
    draw = np.random.default_rng(1)
    x, y = draw.normal(50, 10, 40), draw.normal(55, 9, 30)
    found = standardised_mean_difference(x, y)

    assert standardised_mean_difference(y, x) == pytest.approx(found)
    assert standardised_mean_difference(x * 365, y * 365) == pytest.approx(found)


@pytest.mark.parametrize(
    ("x", "y", "weights", "message"),
    [
        ([1], [1, 2], None, "two values or more"),
        ([1, np.nan], [1, 2], None, "finite"),
        ([1, 1], [2, 2], None, "neither group varies"),
        ([1, 2], [1, 2], [1, -1], "weights 0 or more"),
        ([1, 2], [1, 2], [1, 0], "two patients of weight above 0"),
    ],
)
def test_refuses_degenerate_groups(x, y, weights, message):
    with pytest.raises(ValueError, match=message):
        standardised_mean_difference(x, y, x_weights=weights)
