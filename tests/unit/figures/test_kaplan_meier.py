import re

import pytest

from oncohort.figures.kaplan_meier import kaplan_meier_figure
from oncohort.figures.parts import Curve, Words
from oncohort.figures.saved import saved

WORDS = Words(
    "Months", "Survival (%)", ("Patients",), ("HR 0.80",), "Exploratory", "Foot"
)


def curve(label="New", survival=(0.5, 0.25)):
    return Curve(
        label,
        [1.0, 2.0],
        list(survival),
        [0.1, None],
        [0.9, None],
        [0, 1],
        [0.0, 3.0],
        [4, 0],
        [0, 1],
        ("4",),
    )


def texts(figure):
    return [each.get_text() for axes in figure.axes for each in axes.texts]


def test_the_figure_says_what_it_shows():
    shown = texts(kaplan_meier_figure([curve(), curve("Old")], WORDS, 3))

    for text in ("New", "Old", "HR 0.80", "Exploratory", "4 (0)", "0 (1)"):
        assert text in shown
    assert "No. at risk (no. censored)" in shown


def test_steps_start_at_one_hundred_percent_and_stop_at_the_last_time():
    figure = kaplan_meier_figure([curve()], WORDS, 3)
    line = figure.axes[0].lines[0]

    assert line.get_xdata().tolist() == [0, 1, 2]
    assert line.get_ydata().tolist() == [100, 50, 25]


def test_a_curve_that_goes_on_is_drawn_to_the_edge():
    line = kaplan_meier_figure([curve()], WORDS, 1.5).axes[0].lines[0]

    assert line.get_xdata().tolist() == [0, 1, 1.5]
    assert line.get_ydata().tolist() == [100, 50, 50]


def test_arms_differ_in_colour_and_in_dash():
    figure = kaplan_meier_figure([curve(str(n)) for n in range(4)], WORDS, 3)
    # line and censor marks of each arm come first, the samples of the legend after them
    lines = [line for line in figure.axes[0].lines if line.get_linestyle() != "None"]
    assert len({line.get_color() for line in lines[:4]}) == 4
    assert len({str(line._dash_pattern) for line in lines[:4]}) == 4


@pytest.mark.parametrize("suffix", ["svg", "png", "pdf"])
def test_the_same_figure_gives_the_same_bytes(tmp_path, suffix):
    first = saved(kaplan_meier_figure([curve()], WORDS, 3), tmp_path / "a")
    other = saved(kaplan_meier_figure([curve()], WORDS, 3), tmp_path / "b")

    assert first[suffix].read_bytes() == other[suffix].read_bytes()


def test_text_in_the_svg_stays_text(tmp_path):
    files = saved(kaplan_meier_figure([curve()], WORDS, 3), tmp_path / "a")
    svg = files["svg"].read_text("utf-8")

    assert re.search(r"<text[^>]*>HR 0.80</text>", svg)
    assert "dc:date" not in svg
