from itertools import combinations

from oncohort.figures.flow import End, Step, flow_figure
from oncohort.figures.look import style

LONG = "cannot tell: late progression without an earlier assessment, and much more"
STEPS = [Step("Screened", 1852), Step("Female", 1830, 22, (("male", 12), (LONG, 10)))]
STEPS += [Step(f"Criterion {n} {LONG}", 600, 1, (("a reason", 1),)) for n in range(11)]
ENDS = [End("New drug", 255, ("PFS: 255 analysed",)), End(f"Old {LONG}", 299)]


def boxes(figure):
    return [each.get_bbox() for each in figure.axes[0].patches if each.get_width() > 0]


def shown(figure):
    return " ".join(each.get_text().strip() for each in figure.axes[0].texts)


def test_every_step_reason_and_arm_is_there_with_its_number():
    text = shown(flow_figure(STEPS, ENDS, "Made up"))

    for part in ("Screened (n = 1,852)", "Excluded (n = 22)", "male (n = 12)"):
        assert part in text
    assert "Excluded (n = 1): a reason" in text
    assert "New drug (n = 255)" in text
    assert "PFS: 255 analysed" in text
    assert "Made up" in text


def test_nothing_overlaps_with_twelve_steps_and_long_reasons():
    figure = flow_figure(STEPS, ENDS, "Made up")

    found = boxes(figure)
    # 13 steps, 12 exclusions, 2 arms
    assert len(found) == 27
    for one, other in combinations(found, 2):
        assert not one.overlaps(other)


def test_text_stays_inside_its_box():
    figure = flow_figure(STEPS, ENDS, "")
    axes = figure.axes[0]
    found = boxes(figure)
    for text in axes.texts:
        if text.get_text().strip() and type(text).__name__ == "Text":
            # a text finds its font when it is drawn, so in the look it is saved in
            with style():
                extent = text.get_window_extent()
            extent = extent.transformed(axes.transData.inverted())
            x, y = extent.get_points().mean(axis=0)
            own = [box for box in found if box.contains(x, y)]
            assert len(own) == 1, text.get_text()
            assert extent.x1 < own[0].x1, text.get_text()


def test_a_study_without_arms_ends_at_its_cohort():
    figure = flow_figure(STEPS[:1], [], "")
    assert len(boxes(figure)) == 1
