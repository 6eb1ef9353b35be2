import os
import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest
from analysis.test_adjusted_comparison import ANALYSIS, COHORT
from analysis.test_beside import BESIDE

from oncohort.analysis import analyse
from oncohort.report.km_figure import inline_svg
from oncohort.report.numbers import Numbers

VOID = {"meta", "link", "br", "input", "path", "use", "rect", "wbr"}


class Tags(HTMLParser):
    """Start tags with attributes; complains of tags that do not nest."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.open = [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag


def test_every_number_is_a_result_row(tiny, written):
    rows = dict(tiny.query("select result_id, text from analysis.results"))
    text = "".join(written.values())
    marked = re.findall(r'data-result-id="([^"]+)"[^>]*>([^<]*)</data>', text)

    assert len(marked) > 50
    for result_id, shown in marked:
        text = rows[result_id]
        assert shown in (text, f"= {text}", "NR"), result_id


def test_a_changed_result_changes_the_page(tiny, written, pages):
    tiny.execute(
        "update analysis.results set text = '9.99'"
        " where result_id = 'tiny.km.all.pfs.overall.all.hazard_ratio'"
    )
    assert "HR 9.99" not in re.sub("<[^>]+>", "", written["tiny"])
    assert "HR 9.99" in re.sub("<[^>]+>", "", pages()["tiny"])


def test_pages_stand_alone(written):
    page = "".join(written.values())
    tags = [tag for text in written.values() for tag in Tags(text).tags]
    assert not [tag for tag, _ in tags if tag == "script"]
    for tag, attributes in tags:
        for name in ("src", "href", "xlink:href"):
            target = attributes.get(name, "")
            assert not re.match(r"https?:|//", target), (tag, target)
    assert "@import" not in page
    assert not re.search(r"url\((?!#)", page)


@pytest.mark.parametrize("name", ["", "-cohort", "-baseline", "-efficacy", "-methods"])
def test_a_page_is_sound_for_screen_readers(written, name):
    parsed = Tags(written[f"tiny{name}"])
    assert parsed.open == []
    tags = parsed.tags
    names = [tag for tag, _ in tags]
    ids = [attributes["id"] for _, attributes in tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert names.count("main") == names.count("h1") == 1
    navigations = [a["aria-label"] for tag, a in tags if tag == "nav"]
    assert len(navigations) == len(set(navigations)) >= 3
    assert names.count("table") == names.count("caption")
    assert all("scope" in attributes for tag, attributes in tags if tag == "th")
    anchors = [a.get("href", "") for tag, a in tags if tag == "a"]
    assert all(href[1:] in ids for href in anchors if href.startswith("#"))
    labels = [a["aria-labelledby"] for _, a in tags if "aria-labelledby" in a]
    assert set(labels) <= set(ids)


def test_made_up_patients_are_named_in_title_banner_and_figure(written):
    for name, page in written.items():
        if name.startswith("tiny"):
            assert "(made-up patients)</title>" in page
            assert "<strong>Made-up patients.</strong>" in page
    figure = r"<text[^>]*>Made-up patients</text>"
    assert re.search(figure, written["tiny-efficacy"])


def test_an_exploratory_population_is_marked_in_the_figure_itself(tiny, pages):
    tiny.write_plan(population="young")
    analyse(tiny, say=lambda line: None)
    # survival of a part of the patients is a subgroup
    page = pages()["tiny-subgroups"]
    assert re.search(r"<text[^>]*>Made-up patients · Exploratory analysis</text>", page)


def test_text_from_data_is_escaped(tiny, pages):
    tiny.write_plan(swap=('title = "Tiny"', 'title = "<b>A & B</b>"'))
    tiny.execute(
        "update tiny.cohort_flow set reason = '<script>x</script>' where n_out > 0"
    )
    analyse(tiny, say=lambda line: None)
    page = "".join(pages().values())

    assert "<script>" not in page
    assert "&lt;script&gt;x&lt;/script&gt;" in page
    assert "&lt;b&gt;A &amp; B&lt;/b&gt;" in page


@pytest.mark.parametrize("state", ["no analysis", "nobody"])
def test_a_study_without_rows_says_so(tiny, pages, state):
    if state == "nobody":
        tiny.execute("delete from tiny.cohort")
        analyse(tiny, say=lambda line: None)
    written = pages()
    for name in ("tiny", "index"):
        assert "No results yet" in written[name]
    assert "tiny-efficacy" not in written


def test_figures_are_saved_beside_the_pages(written, tmp_path):
    files = sorted(path.name for path in (tmp_path / "report/figures").iterdir())
    kinds = ("pdf", "png", "svg")
    drawn = [f"tiny_{name}.{kind}" for name in ("flow", "km") for kind in kinds]
    assert files == drawn


def test_the_same_results_give_the_same_pages(written, pages):
    assert pages() == written


def test_two_figures_on_a_page_share_no_id():
    svg = '<?xml version="1.0"?><svg width="9" height="9" viewBox="0 0 9 9"><defs>'
    svg += '<clipPath id="p"/></defs><path clip-path="url(#p)" style="fill: #0b4f8a"/>'
    svg += "</svg>"
    one = inline_svg(svg, "one", "what <it> shows")

    assert 'id="one-p"' in one
    assert "url(#one-p)" in one
    assert "fill: var(--arm-1)" in one
    assert "what &lt;it&gt; shows</title>" in one
    assert 'width="9"' not in one


def test_answers_name_their_numbers_and_gaps():
    row = {"text": "<0.001", "value": 0.0001, "method": "m"}
    numbers = Numbers("s", {"s.a.b.c.d.e.logrank_p": row})
    answer = numbers.answer("A & P {a.b.c.d.e.logrank_p}, {a.b.c.d.e.n}")

    assert "A &amp; P " in answer
    assert ">&lt; 0.001</data>" in answer
    assert "no such result yet" in answer


def test_a_row_of_a_file_is_read_once_though_it_lands_in_two_tables(tiny, pages):
    tiny.execute("""
        create schema quality;
        create table quality.row_reconciliation as select * from (values
            ('s1', date '2020-01-31', 'patients', 'a.csv', '', 7123, 7122, 1),
            ('s1', date '2020-01-31', 'diagnoses', 'a.csv', '', 7123, 7120, 1),
            ('other_site', date '2020-01-31', 'patients', 'b.csv', '', 8456, 8456, 0)
        ) as t (site_id, delivered_on, table_name, source_file, source_sheet,
            n_rows_read, n_rows_landed, n_rows_refused)
    """)
    analyse(tiny, say=lambda line: None)
    page = pages()["tiny-quality"]

    for shown in ("<td>7,123</td>", "<td>14,242</td>", "<td>1</td>"):
        assert shown in page
    assert "other_site" not in page


def test_what_is_ours_is_told_apart_and_its_numbers_are_results(tiny, pages):
    tiny.execute(COHORT)
    tiny.write_plan(swap=BESIDE, more=ANALYSIS)
    analyse(tiny, say=lambda line: None)
    written = pages()
    page = written["tiny-efficacy"] + written["tiny-sensitivity"]
    Tags(page)

    assert "Ours, not the paper" in page
    for key in (
        "fair.all.pfs.overlap_weighted.all.hazard_ratio",
        "fair.all.pfs.overlap_weighted.all.e_value_limit",
        "fair.all.is_prospective.overall.all.smd_after",
        "fair.all.pfs.overlap_weighted_without_s1.all.hazard_ratio",
        "km.all.pfs.peto.all.hazard_ratio",
        "km.all.pfs.month_2.all.restricted_mean_difference",
    ):
        shown = re.findall(rf'data-result-id="tiny.{key}"[^>]*>([^<]*)</data>', page)
        assert shown == [tiny.text(key)] * len(shown)
        assert shown, key
    for name in ("weighted", "balance", "sites"):
        assert f"figures/tiny_fair_{name}.svg" in page


def test_a_standardised_difference_that_nobody_has_is_no_column(tiny, written, pages):
    assert "Std.<br>diff." in written["tiny-baseline"]
    tiny.execute(
        "update analysis.results set value = null, text = 'not estimable'"
        " where result_id like '%.smd'"
    )
    page = pages()["tiny-baseline"]
    assert "Std.<br>diff." not in page
    assert "not estimable" not in re.sub("<[^>]+>", "", page)
    assert "judge balance by" not in page


def test_heavy_libraries_wait_until_they_are_needed():
    code = "import sys, oncohort.analysis, oncohort.report, oncohort.survival,"
    code += " oncohort.rates, oncohort.confounding;"
    code += "print([m for m in ('pandas', 'lifelines', 'scipy', 'matplotlib', 'jinja2')"
    code += " if m in sys.modules])"
    python = [sys.executable, "-c", code]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(python, capture_output=True, text=True, env=environment)
    assert done.stdout.strip() == "[]", done.stderr
