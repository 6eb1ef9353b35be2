"""The figure of an endpoint with competing exits, on the page of the tiny study."""

import re

import pytest
from analysis.test_paper_kinds import COMPETING, ROLES

from oncohort.analysis import analyse


@pytest.fixture
def page(tiny, pages):
    def write(more=COMPETING, swap=("", ""), also="select 1"):
        tiny.write_plan(more=more)
        tiny.swap_in_plan(*swap)
        for statement in (*ROLES.split(";"), also):
            tiny.execute(statement)
        analyse(tiny, say=lambda line: None)
        return pages()["tiny-cns"]

    return write


def svg_of(page):
    (svg,) = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    return svg


def texts(svg):
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


def test_the_figure_stands_beside_its_table_with_files_and_words(page, tmp_path):
    written = page()
    shown = texts(svg_of(written))

    # 1 of 3 by day 30
    assert [each for each in shown if each.startswith("33.3 (")]
    for each in ("By 1 months, % (95% CI)", "Made-up patients", "3 (0)"):
        assert each in shown
    (alt,) = re.findall(r"<title[^>]*>(Made-up[^<]*)", written)
    assert alt.startswith(
        "Made-up patients. Cumulative incidence curves, Brain. New: 3"
    )
    assert "Gray’s test, Brain: P" in alt
    for suffix in ("svg", "png", "pdf"):
        assert f'href="figures/tiny_brain.{suffix}"' in written
        assert (tmp_path / f"report/figures/tiny_brain.{suffix}").is_file()


def test_a_month_that_nobody_reaches_is_not_the_one_shown(page):
    svg = svg_of(page(COMPETING.replace("[1]", "[2, 1, 90]")))
    assert "By 2 months, % (95% CI)" in texts(svg)
    assert "not estimable" not in svg


def test_labels_from_the_plan_are_text(page):
    hostile = '"=1+1 <b onload=x>&amp;"'
    written = page(COMPETING.replace('short = "Brain"', f"short = {hostile}"))
    assert "<b onload" not in written
    assert "=1+1 &lt;b onload=x&gt;&amp;amp;" in svg_of(written)


def test_an_arm_with_hidden_counts_has_no_curve(page):
    written = page(swap=("made_up = true", "made_up = false"))
    assert 'id="brain"' in written
    assert "<svg" not in written


def test_an_arm_where_nobody_has_the_event_is_drawn_without_a_number(page):
    nobody = "update tiny.cohort set role = 'competing' where patient_id = 'P1'"
    svg = svg_of(page(also=nobody))
    assert texts(svg).count("New") >= 2
    assert "–" in texts(svg)


def test_before_the_first_event_there_is_no_limit_to_print(page):
    # B: P6 has the event on day 60
    shown = texts(svg_of(page()))
    assert "0.0" in shown
    assert not [each for each in shown if "not estimable" in each]
