import json
from pathlib import Path

import pytest

from oncohort.rates import chi_square, fisher_exact, standardised_difference

FOLDER = Path(__file__).parents[2] / "reference" / "r_survival"
TABLES = json.loads((FOLDER / "reference.json").read_text("utf-8"))["tables"]


@pytest.mark.parametrize("name", TABLES)
def test_chi_square_agrees_with_r(name):
    expected = TABLES[name]
    test = chi_square(expected["table"])

    assert test.chi_square == pytest.approx(expected["chisq"], rel=1e-9)
    assert test.degrees_of_freedom == expected["df"]
    assert test.p_value == pytest.approx(expected["p"], rel=1e-6)
    assert test.min_expected == pytest.approx(expected["min_expected"], rel=1e-9)
    if "yates_p" in expected:
        corrected = chi_square(expected["table"], correction=True)
        assert corrected.p_value == pytest.approx(expected["yates_p"], rel=1e-6)


@pytest.mark.parametrize("name", [n for n in TABLES if len(TABLES[n]["table"]) == 2])
def test_fisher_agrees_with_r(name):
    expected = TABLES[name]
    found = fisher_exact(expected["table"]).p_value
    assert found == pytest.approx(expected["fisher_p"], rel=1e-6)


def test_fisher_by_hand():
    # margins 3, 3 and 3, 3: tables with 0, 1, 2, 3 in the corner have 1, 9, 9, 1 of 20
    # ways; observed 3 in the corner: (1 + 1) / 20
    assert fisher_exact([[3, 0], [0, 3]]).p_value == pytest.approx(0.1)


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


@pytest.mark.parametrize("test", [chi_square, fisher_exact, standardised_difference])
@pytest.mark.parametrize(
    ("table", "message"),
    [
        ([[1, 2]], "two rows and two columns"),
        ([[1, 2], [-1, 2]], "whole numbers"),
        ([[1.5, 2], [1, 2]], "whole numbers"),
        ([[0, 0], [1, 2]], "nothing to compare"),
    ],
)
def test_refuses_unusable_tables(test, table, message):
    with pytest.raises(ValueError, match=message):
        test(table)


def test_fisher_refuses_more_than_two_rows():
    with pytest.raises(ValueError, match="use chi_square"):
        fisher_exact([[3, 3]] * 3)
