from oncohort.figures.balance import Difference, balance_figure

ROWS = [Difference("Age", 0.05, 0.0), Difference("Line", 0.4, 0.0)]


def test_the_largest_difference_is_on_top_and_the_mark_is_drawn():
    axes = balance_figure(
        [*ROWS, Difference("Sex", None, None)], "Made up", "Foot"
    ).axes[0]

    labels = [each.get_text() for each in axes.get_yticklabels()]
    assert labels == ["Line", "Age", "Sex"]
    assert axes.get_ylim() == (2.5, -0.5)
    assert axes.lines[0].get_xdata() == [0.1, 0.1]
    before, after = axes.lines[-2:]
    assert (before.get_xdata().tolist(), after.get_xdata().tolist()) == (
        [0.4, 0.05],
        [0, 0],
    )
    assert [each.get_text() for each in axes.get_legend().texts] == [
        "As they are",
        "Overlap-weighted",
    ]


def test_the_mark_travels_with_the_figure():
    figure = balance_figure(ROWS, "Made-up patients", "Dashed: 0.1.")
    assert {each.get_text() for each in figure.texts} == {
        "Made-up patients",
        "Dashed: 0.1.",
    }
