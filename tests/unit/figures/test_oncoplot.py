import numpy as np

from oncohort.figures.groups import Panel, Shares, groups_figure, shares_figure
from oncohort.figures.look import saved
from oncohort.figures.oncoplot import Group, Track, Words, oncoplot_figure

WORDS = Words(
    rows=(("TP53", "60%"), ("ATM", "20%")),
    kinds=("Missense", "Truncating"),
    bar_label="Burden",
    side_label="No. of samples",
    foot="Foot",
    mark="Made-up patients",
)
TRACKS = [Track("Tissue", ("Primary", "Metastasis"))]
GROUPS = [
    Group("Brain", [[0, -1], [None, None]], [1.0, 2.0], [[0, 1]]),
    Group("Elsewhere", [[1, None], [None, 0]], [1.5, None], [[None, 0]]),
]


def texts(figure):
    inside = [each for axes in figure.axes for each in axes.texts]
    return [each.get_text() for each in (*inside, *figure.texts)]


def test_the_oncoplot_names_rows_groups_kinds_and_levels():
    shown = texts(oncoplot_figure(GROUPS, TRACKS, WORDS))

    for text in ("TP53", "60%", "Brain (n = 2)", "Missense", "Several kinds"):
        assert text in shown
    for text in ("Tissue", "Metastasis", "Unknown", "Foot", "Made-up patients"):
        assert text in shown


def test_every_mark_is_one_cell_in_its_place():
    cells = oncoplot_figure(GROUPS, TRACKS, WORDS).axes[0]

    centres = {
        (round(bar.get_x() + bar.get_width() / 2, 3), round(bar.get_y()))
        for bar in cells.patches
    }
    # two of Brain, then a break of 2.5 columns
    assert centres == {(0, 0), (1, 0), (4.5, 0), (5.5, 1)}


def test_a_bar_that_would_flatten_the_rest_is_cut_and_says_its_value():
    burden = [1.0] * 200 + [450.0]
    group = Group("All", [[None] * 201, [None] * 201], burden, [[0] * 201])

    figure = oncoplot_figure([group, GROUPS[1]], TRACKS, WORDS)

    assert figure.axes[1].get_ylim()[1] < 3
    assert "450" in texts(figure)


def test_every_value_is_a_point_beside_its_equals():
    panel = Panel("Burden", (("A", [1, 1, 1, 5]), ("B", [2])), "P = 0.5")
    (axes,) = groups_figure([panel], "Foot", "Mark").axes

    points = axes.lines[0].get_xydata()
    assert sorted(points[:, 1]) == [1, 1, 1, 5]
    assert len(set(map(tuple, points))) == 4
    assert np.mean(points[:3, 0]) == 0
    assert [each.get_text() for each in axes.get_xticklabels()] == [
        "A\n(n = 4)",
        "B\n(n = 1)",
    ]


def test_shares_are_two_bars_with_their_counts(tmp_path):
    kinds = [Shares("Missense", ((60.0, 3), (50.0, 2)))]
    figure = shares_figure(kinds, ("Brain", "Elsewhere"), "Share (%)", "Foot", "Mark")

    assert {"60.0% (3)", "50.0% (2)"} <= set(texts(figure))
    files = saved(figure, tmp_path / "f")
    again = shares_figure(kinds, ("Brain", "Elsewhere"), "Share (%)", "Foot", "Mark")
    assert saved(again, tmp_path / "g")["svg"].read_bytes() == files["svg"].read_bytes()
