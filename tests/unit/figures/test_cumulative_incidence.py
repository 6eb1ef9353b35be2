"""What is drawn of cumulative incidence: the estimator's heights, none hidden."""

from itertools import pairwise

import numpy as np
import pytest

from oncohort.figures.cumulative_incidence import cumulative_incidence_figure
from oncohort.figures.curves import Curve, Words
from oncohort.survival import cumulative_incidence

WORDS = Words(
    "Months",
    "Incidence (%)",
    ("Patients",),
    ("Gray’s P = 0.5",),
    "Made-up patients",
    "Foot",
    competing="Competing exit",
)
TICKS = [
    {"time_months": t, "n_at_risk": n, "n_censored_so_far": 0}
    for t, n in [(0.0, 6), (3.0, 3), (6.0, 0), (9.0, 0)]
]


def rows(time, incidence, low=None, high=None):
    low, high = low or incidence, high or incidence
    names = ("time_months", "incidence", "ci_low", "ci_high")
    lines = zip(time, incidence, low, high, strict=True)
    return [dict(zip(names, line, strict=True)) for line in lines]


def curve(
    label="New",
    event=(0.1, 0.2),
    competing=(0.3, 0.4),
    high=(0.15, 0.25),
    time=(1.0, 4.0),
):
    own = rows(time, event, high=high)
    return Curve(label, own, TICKS, ("6",), competing=rows(time, competing))


def drawn(figure):
    """Lines of the plot, by arm the event and what competes; not the legend's."""
    (axes,) = figure.axes
    return [line for line in axes.lines if line.get_transform() == axes.transData]


def test_heights_are_the_estimators():
    time, cause = [1, 2, 3, 4, 5, 5], [1, 2, 0, 1, 2, 0]
    found = cumulative_incidence(time, cause)
    event, competing = (rows(time[:5], found[n].incidence.tolist()) for n in (1, 2))
    one = Curve("New", event, TICKS, ("6",), competing=competing)
    lines = drawn(cumulative_incidence_figure([one], WORDS, 6))

    # 1/6; at 4 another 1/3 of the 4/6 who are left: 1/6 + 2/9
    shown = lines[0].get_ydata().tolist()
    assert shown == pytest.approx([0, *[100 / 6] * 3, *[700 / 18] * 2])
    for line, number in zip(lines, (1, 2), strict=True):
        heights = [0, *(100 * found[number].incidence)]
        assert line.get_ydata().tolist() == pytest.approx(heights)
        assert line.get_drawstyle() == "steps-post"
    assert lines[0].get_linestyle() == "-"
    assert lines[1].get_linestyle() == "--"
    assert lines[1].get_linewidth() < lines[0].get_linewidth()
    assert lines[1].get_color() == lines[0].get_color()


def test_curve_and_axis_end_where_nobody_is_at_risk():
    figure = cumulative_incidence_figure([curve()], WORDS, 9)

    assert {line.get_xdata()[-1] for line in drawn(figure)} == {4}
    # of the empty ticks the first
    assert figure.axes[0].get_xlim() == (0, 6)


def test_the_band_is_that_of_the_event():
    (band,) = cumulative_incidence_figure([curve()], WORDS, 6).axes[0].collections
    box = band.get_paths()[0].get_extents()
    assert (box.x0, box.x1, box.y0, box.y1) == (0, 4, 0, 25)


@pytest.mark.parametrize(
    ("highest", "end"),
    [(0.031, 4), (0.05, 6), (0.158, 20), (0.2, 25), (0.42, 50), (0.87, 100), (1, 100)],
)
def test_the_axis_ends_at_a_round_share_above_all_that_is_drawn(highest, end):
    high = curve(event=(0.01, 0.02), competing=(0, 0.01), high=(0.02, highest))
    other = curve(event=(0, 0.01), competing=(0.01, highest), high=(0, 0.02))
    for each in (high, other):
        axes = cumulative_incidence_figure([each], WORDS, 6).axes[0]
        assert axes.get_ylim() == (0, pytest.approx(end))
        ticks = axes.get_yticks()
        assert (ticks[0], ticks[-1]) == (0, pytest.approx(end))
        assert 3 <= len(ticks) <= 8
        assert len({round(b - a, 6) for a, b in pairwise(ticks)}) == 1


def test_what_is_drawn_after_the_axis_does_not_stretch_it():
    late = curve(event=(0.02, 0.9), high=(0.03, 0.9), competing=(0.01, 0.02))
    axes = cumulative_incidence_figure([late], WORDS, 3).axes[0]
    assert axes.get_ylim() == (0, 4)


SHAPES = {
    "low": [curve(), curve("Old", (0.05, 0.1))],
    "competing early": [
        curve(competing=(0.7, 0.8)),
        curve("Old", competing=(0.6, 0.9)),
    ],
    "everywhere": [
        curve(str(n), (n / 5, 0.7), (n / 5 + 0.1, 0.8), (n / 5, 0.9), (0.2, 5.9))
        for n in range(4)
    ],
    "nobody has any": [curve(event=(0, 0), competing=(0, 0), high=(0, 0))],
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("mark", ["", "Made-up patients · Exploratory analysis"])
def test_legend_and_mark_cover_no_curve(shape, mark):
    figure = cumulative_incidence_figure(SHAPES[shape], WORDS._replace(mark=mark), 6)
    (axes,) = figure.axes
    figure.canvas.draw()
    inverse = axes.transData.inverted()
    names = {each.label for each in SHAPES[shape]}
    legend = [
        text.get_window_extent().transformed(inverse)
        for text in axes.texts
        # names beside the curves, and what stands below the axis, aside
        if text.get_transform() == axes.transAxes and text.get_position()[1] > 0
    ]
    assert len(legend) >= len(names) + len(WORDS.comparison) + bool(mark)
    outlines = [path for band in axes.collections for path in band.get_paths()]
    tracks = [(line.get_xdata(), line.get_ydata()) for line in drawn(figure)]
    tracks += [path.vertices.T for path in outlines]
    for box in legend:
        for time, height in tracks:
            # a step stands between its times
            inside = np.linspace(box.x0, box.x1, 50)
            inside = inside[(inside >= 0) & (inside <= min(6, time.max()))]
            if len(time) < 4:
                at = height[np.searchsorted(time, inside, side="right") - 1]
                assert not ((at > box.y0) & (at < box.y1)).any()
            in_time = (time > box.x0) & (time < box.x1)
            assert not (in_time & (height > box.y0) & (height < box.y1)).any()


def test_the_legend_stands_inside_where_there_is_room_else_above():
    def is_inside(shape):
        (axes,) = cumulative_incidence_figure(SHAPES[shape], WORDS, 6).axes
        (place,) = [
            t.get_position()[1] for t in axes.texts if t.get_text() == "Gray’s P = 0.5"
        ]
        return place < 1

    assert is_inside("nobody has any")
    assert not is_inside("everywhere")


def test_the_figure_says_what_it_shows():
    old = curve("Old", (0.5, 0.6), (0.05, 0.1), (0.6, 0.7))
    (axes,) = cumulative_incidence_figure([curve(), old], WORDS, 6).axes
    shown = [each.get_text() for each in axes.texts]
    for text in ("New", "Old", "Gray’s P = 0.5", "Made-up patients", "Competing exit"):
        assert text in shown
    assert shown.count("6 (0)") == 2


def test_a_curve_is_named_beside_it_unless_what_competes_lies_there():
    def named(*event):
        other = curve("Old", event, (0.05, 0.1), (0.6, 0.7))
        (axes,) = cumulative_incidence_figure([curve(), other], WORDS, 6).axes
        return {t.get_text(): t.xy[1] for t in axes.texts if hasattr(t, "xy")}

    assert named(0.5, 0.6)["Old"] == pytest.approx(50)
    # that of the other arm is at 30 and 40
    assert "Old" not in named(0.3, 0.4)
