import re

import pytest

from oncohort.figures.forest import Row, Words, forest_figure
from oncohort.figures.look import saved

WORDS = Words(
    ("Patients",), "A vs B (95% CI)", ("Favours A", "Favours B"), "Made up", "Foot"
)
PLANNED = Row(
    "As planned", ("554",), "0.80 (0.66–0.95)", 0.8, 0.66, 0.95, role="overall"
)
UNKNOWN = Row("Few events", ("9",), "not estimable", None, None, None)
WIDE = Row("Wide", ("12",), "2.00 (0.05–30.0)", 2.0, 0.05, 30.0)


def lines(figure):
    (axes,) = figure.axes
    return [(*each.get_xdata(), each.get_marker()) for each in axes.lines]


def test_every_row_says_its_numbers():
    (axes,) = forest_figure([PLANNED, UNKNOWN], WORDS).axes
    shown = [each.get_text() for each in axes.texts]

    for text in ("As planned", "554", "0.80 (0.66–0.95)", "not estimable", "Favours A"):
        assert text in shown
    assert {"Made up", "Foot", "A vs B (95% CI)", "Patients"} <= set(shown)


def test_the_row_of_all_is_a_diamond_and_what_is_not_known_is_not_drawn():
    drawn = lines(forest_figure([PLANNED, UNKNOWN], WORDS))

    assert (0.8, "D") in drawn
    assert (0.66, 0.95, "None") in drawn
    # the line at 1, that of the plan, and one row
    assert len(drawn) == 4


def test_an_interval_that_leaves_the_axis_ends_in_arrows():
    figure = forest_figure([PLANNED, WIDE], WORDS)
    drawn = lines(figure)

    assert figure.axes[0].get_xlim() == (0.1, 10)
    assert (0.1, 10, "None") in drawn
    assert (0.1, "<") in drawn
    assert (10, ">") in drawn


def test_the_axis_holds_one_and_its_ticks_are_powers_apart():
    (axes,) = forest_figure([PLANNED], WORDS).axes
    low, high = axes.get_xlim()

    assert axes.get_xscale() == "log"
    assert low < 0.66 < 1 < high
    assert [each.get_text() for each in axes.get_xticklabels()] == [
        *("0.7", "0.8", "0.9", "1", "1.2")
    ]


def test_the_same_rows_give_the_same_bytes(tmp_path):
    first = saved(forest_figure([PLANNED, WIDE], WORDS), tmp_path / "a")
    second = saved(forest_figure([PLANNED, WIDE], WORDS), tmp_path / "b")

    for suffix in ("svg", "pdf"):
        assert first[suffix].read_bytes() == second[suffix].read_bytes()
    assert not re.search("<dc:date>", first["svg"].read_text("utf-8"))


def test_a_heading_has_no_mark_its_p_and_sets_in_what_follows():
    rows = [PLANNED, Row("Line", role="heading", p_value="0.062"), WIDE]
    (axes,) = forest_figure(rows, WORDS._replace(p_head="P")).axes
    place = {each.get_text(): each.get_position()[0] for each in axes.texts}

    assert place["Line"] == place["As planned"] < place["Wide"]
    assert place["0.062"] == place["P"] > place["2.00 (0.05–30.0)"]
    # its row draws nothing: the line at 1, that of all, two rows, and WIDE's arrows
    drawn = [line for line in axes.lines if line.get_ydata()[0] == 1]
    assert [len(line.get_xdata()) for line in drawn] == []


def test_a_reference_is_an_open_square_at_one():
    rows = [PLANNED, Row("No", ("20",), "1 (reference)", 1.0, role="reference")]
    (axes,) = forest_figure(rows, WORDS).axes
    (mark,) = [line for line in axes.lines if list(line.get_ydata()) == [1]]

    assert (list(mark.get_xdata()), mark.get_marker()) == ([1.0], "s")
    assert mark.get_markerfacecolor() == "#ffffff"


def test_it_is_as_wide_as_a_page_whatever_its_columns():
    for heads in ((), ("n", "events", "more")):
        words = WORDS._replace(heads=heads, p_head="P" * len(heads))
        rows = [Row("x" * 60, heads, "1.0", 1.0, 0.5, 2.0)]
        figure = forest_figure(rows, words)
        assert figure.get_figwidth() * 25.4 == pytest.approx(180)
        assert figure.axes[0].get_position().width * 180 > 25
