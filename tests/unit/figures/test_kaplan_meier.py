import re

import pytest

from oncohort.figures.curves import Curve, Words
from oncohort.figures.kaplan_meier import kaplan_meier_figure
from oncohort.figures.look import BEFORE, saved

WORDS = Words(
    "Months", "Survival (%)", ("Patients",), ("HR 0.80",), "Exploratory", "Foot"
)


def curve(label="New", survival=(0.5, 0.25)):
    names = ("time_months", "survival", "ci_low", "ci_high", "n_censored")
    rows = [(1.0, survival[0], 0.1, 0.9, 0), (2.0, survival[1], None, None, 1)]
    steps = [dict(zip(names, row, strict=True)) for row in rows]
    names = ("time_months", "n_at_risk", "n_censored_so_far")
    ticks = [dict(zip(names, row, strict=True)) for row in [(0.0, 4, 0), (3.0, 0, 1)]]
    return Curve(label, steps, ticks, ("4",))


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
    axes = kaplan_meier_figure([curve()], WORDS, 1.5).axes[0]
    line = axes.lines[0]

    # matplotlib cuts it there
    assert axes.get_xlim() == (0, 1.5)
    assert line.get_xdata()[-1] == 2
    assert line.get_clip_on()


def test_the_band_goes_on_until_nobody_is_left():
    # limits are unknown where the curve is 0, on day 2; those of day 1 hold until then
    axes = kaplan_meier_figure([curve(survival=(0.5, 0))], WORDS, 3).axes[0]
    (band,) = axes.collections

    box = band.get_paths()[0].get_extents()
    assert (box.x0, box.x1, box.y0, box.y1) == (0, 2, 10, 100)


def test_arms_differ_in_colour_and_in_dash():
    figure = kaplan_meier_figure([curve(str(n)) for n in range(4)], WORDS, 3)
    # line and censor marks of each arm come first, the samples of the legend after them
    lines = [line for line in figure.axes[0].lines if line.get_linestyle() != "None"]
    assert len({line.get_color() for line in lines[:4]}) == 4
    assert len({str(line._dash_pattern) for line in lines[:4]}) == 4


def test_numbers_at_risk_stand_under_their_tick():
    axes = kaplan_meier_figure([curve()], WORDS, 3).axes[0]
    place = {each.get_text(): each.get_position() for each in axes.texts}

    assert place["4 (0)"][0] == 0
    assert place["0 (1)"][0] == 3
    assert place["4 (0)"][1] == place["0 (1)"][1] < 0
    assert axes.get_xticks().tolist() == [0, 3]


def test_the_axis_ends_where_nobody_is_left():
    # the other arm has somebody at risk until 6, so that 9 is the first empty tick
    ticks = [(0.0, 4), (3.0, 0), (6.0, 0), (9.0, 0), (12.0, 0)]
    empty = [
        {"time_months": t, "n_at_risk": n, "n_censored_so_far": 1} for t, n in ticks
    ]
    longer = [
        {**each, "n_at_risk": 2} if each["time_months"] == 6 else each for each in empty
    ]
    arms = [curve()._replace(ticks=empty), curve("Old")._replace(ticks=longer)]
    axes = kaplan_meier_figure(arms, WORDS, 12).axes[0]

    assert axes.get_xlim() == (0, 9)
    assert axes.get_xticks().tolist() == [0, 3, 6, 9]
    shown = [each.get_text() for each in axes.texts]
    assert shown.count("0 (1)") == 5


def test_nobody_at_risk_at_first_does_not_end_the_axis():
    # patients enter late
    ticks = [
        {"time_months": t, "n_at_risk": n, "n_censored_so_far": 0}
        for t, n in [(0.0, 0), (3.0, 5)]
    ]
    axes = kaplan_meier_figure([curve()._replace(ticks=ticks)], WORDS, 6).axes[0]
    assert axes.get_xlim() == (0, 6)


def test_curves_far_apart_are_named_beside_them():
    high, low = curve("High", (0.9, 0.8)), curve("Low", (0.5, 0.2))
    axes = kaplan_meier_figure([high, low], WORDS, 3).axes[0]
    names = {each.get_text(): each for each in axes.texts if hasattr(each, "xy")}

    # 40 points apart from month 1 on, as far as both are known
    assert names["High"].xy[1] == pytest.approx(90)
    assert names["Low"].xy[1] == pytest.approx(50)
    assert names["High"].get_va() == "bottom"
    assert names["Low"].get_va() == "top"


def test_curves_that_lie_together_are_named_by_the_legend_alone():
    axes = kaplan_meier_figure([curve("One"), curve("Two")], WORDS, 3).axes[0]
    assert [each for each in axes.texts if hasattr(each, "xy")] == []


def test_a_figure_that_did_not_change_is_not_drawn_again(tmp_path):
    first = saved(kaplan_meier_figure([curve()], WORDS, 3), tmp_path / BEFORE / "a")
    first["png"].write_bytes(b"kept")
    again = saved(kaplan_meier_figure([curve()], WORDS, 3), tmp_path / "a")
    assert again["png"].read_bytes() == b"kept"

    first["png"].write_bytes(b"kept")
    other = saved(kaplan_meier_figure([curve("Other")], WORDS, 3), tmp_path / "a")
    assert other["png"].read_bytes() != b"kept"


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


def test_a_legend_that_would_cover_a_curve_stands_above_the_plot():
    # one arm is low early, the other high where the legend would stand
    falling, lasting = curve(survival=(0.3, 0.2)), curve("Old", survival=(0.9, 0.9))
    inside = kaplan_meier_figure([falling, falling], WORDS, 3)
    above = kaplan_meier_figure([falling, lasting], WORDS, 3)

    def label(figure):
        (axes,) = figure.axes
        # at risk and legend both name the arm; the legend stands higher
        return max(t.get_position()[1] for t in axes.texts if t.get_text() == "New")

    assert label(inside) < 1 < label(above)
    # under the legend's lines, but where the mark would stand
    middling = [falling, curve("Old", survival=(0.7, 0.7))]
    assert label(kaplan_meier_figure(middling, WORDS, 3)) > 1
    unmarked = WORDS._replace(mark="")
    assert label(kaplan_meier_figure(middling, unmarked, 3)) < 1
    assert above.get_size_inches()[1] > inside.get_size_inches()[1]
