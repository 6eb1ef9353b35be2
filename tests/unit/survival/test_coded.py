import numpy as np
import pandas as pd
import pytest

from oncohort.survival.coded import coded


@pytest.mark.parametrize(
    "values",
    [
        np.array([-128, 127, 3], dtype=np.int8),
        np.array([True, False, True]),
        np.array([45.3, 0.1, 99.9]),
        np.array([0.125, -0.5, 1.0]),
        pd.array([3, 1, 2], dtype="Int64"),
    ],
)
def test_codes_give_the_very_values_back(values):
    column = coded(values, "x")
    assert column.code is not None and not column.is_factor
    assert list(column.values()) == list(values)


def test_what_is_on_no_grid_is_continuous_unless_it_is_a_group():
    values = np.array([np.pi, 1.0, np.pi])
    assert coded(values, "x").code is None
    group = coded(values, "x", is_group=True)
    assert list(group.code) == [1, 0, 1]


def test_unused_categories_are_dropped_and_words_sorted():
    words = pd.Series(["b", "a", "b"])
    assert list(coded(words, "x").levels) == ["a", "b"]
    chosen = pd.Series(pd.Categorical(words, ["b", "c", "a"]))
    assert list(coded(chosen, "x").levels) == ["b", "a"]
    assert list(coded(chosen, "x").code) == [0, 1, 0]


@pytest.mark.parametrize("bad", [[1.5, np.nan], [np.inf, np.inf], ["a", None]])
def test_refuses_missing_values(bad):
    with pytest.raises(ValueError, match="x: .* values are missing"):
        coded(np.array(bad, dtype=object if "a" in bad else float), "x")
