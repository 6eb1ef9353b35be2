import pytest

from oncohort.rates import chi_square, fisher_exact, standardised_difference

from .reference import SURVIVAL

TABLES = SURVIVAL["tables"]


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


@pytest.mark.parametrize("test", [chi_square, fisher_exact, standardised_difference])
@pytest.mark.parametrize(
    ("table", "message"),
    [
        ([[1, 2]], "two rows and two columns"),
        ([[1, 2], [-1, 2]], "whole numbers"),
        ([[0, 0], [1, 2]], "nothing to compare"),
    ],
)
def test_refuses_unusable_tables(test, table, message):
    with pytest.raises(ValueError, match=message):
        test(table)


@pytest.mark.parametrize("test", [chi_square, fisher_exact])
def test_refuses_parts_of_patients(test):
    with pytest.raises(ValueError, match="whole numbers"):
        test([[1.5, 2], [1, 2]])
