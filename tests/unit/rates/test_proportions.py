import pytest

from oncohort.rates import difference_interval, proportion_interval

from .reference import RATES, SURVIVAL

METHODS = {"clopper-pearson": "clopper_pearson", "wilson": "wilson"}


@pytest.mark.parametrize("method", METHODS)
def test_a_proportion_agrees_with_r(method):
    for row in [*RATES["proportions"], *SURVIVAL["proportions"]]:
        level = row.get("ci_level", 0.95)
        found = proportion_interval(row["x"], row["n"], method, level)

        assert found.estimate == row["x"] / row["n"]
        assert found[1:] == pytest.approx(row[METHODS[method]], rel=1e-9, abs=0)


def test_a_difference_agrees_with_the_published_and_with_r():
    # Newcombe 1998, table II, method 10: 56/70 - 48/80 and 9/10 - 3/10
    assert difference_interval(56, 70, 48, 80)[1:] == pytest.approx(
        (0.0524, 0.3339), abs=5e-5
    )
    assert difference_interval(9, 10, 3, 10)[1:] == pytest.approx(
        (0.1705, 0.8090), abs=5e-5
    )
    for row in RATES["differences"]:
        found = difference_interval(*map(int, row["counts"]))
        assert found == pytest.approx(row["newcombe"], rel=1e-9, abs=1e-15)


def test_wilson_by_hand():
    # 1 of 2, z = 1.959964: half / scale = z sqrt(1/8 + z^2/16) / (1 + z^2/2) = 0.4055
    found = proportion_interval(1, 2, "wilson")
    assert found.ci_low == pytest.approx(0.0945, abs=5e-5)
    assert found.ci_low + found.ci_high == pytest.approx(1)


def test_swapping_success_and_failure_mirrors_the_limits():
    for method in METHODS:
        one = proportion_interval(3, 11, method)
        other = proportion_interval(8, 11, method)
        assert one.ci_low == pytest.approx(1 - other.ci_high, rel=1e-12)
    assert difference_interval(3, 11, 5, 9)[1:] == pytest.approx(
        [-each for each in difference_interval(5, 9, 3, 11)[:0:-1]]
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((3, 2), "not 3 of 2"),
        ((-1, 2), "not -1 of 2"),
        ((0, 0), "n >= 1"),
        ((0.5, 2), "whole numbers"),
        ((1, 2, "wald"), "not 'wald'"),
        ((1, 2, "wilson", 95), "ci_level must be between 0 and 1, not 95"),
    ],
)
def test_refuses_what_is_no_proportion(arguments, message):
    with pytest.raises(ValueError, match=message):
        proportion_interval(*arguments)


def test_refuses_another_difference():
    with pytest.raises(ValueError, match="not 'wald'"):
        difference_interval(1, 2, 1, 2, method="wald")
