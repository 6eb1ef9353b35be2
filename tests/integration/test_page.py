"""Every page of the report in headless Chromium, without network."""

import csv
import io
import re
import shutil
from pathlib import Path
from urllib.parse import unquote, urldefrag

import duckdb
import pytest
from browser import DARK, FACTS, FOCUS, LIGHT, NARROW, STOPS, context, opened, serious

from oncohort.analysis.plan import load_plan
from oncohort.explain.run import explain
from oncohort.masking import MASK
from oncohort.report.study_pages import page_of

pytestmark = pytest.mark.chromium
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ROOT = Path(__file__).parents[2]
STUDIES = ("lx_vs_tbp", "msk_2018", "tcga_brca")
# one of each template is looked at in other lights too
OF_EACH = (
    "index",
    "sites",
    "sql",
    "patients/index",
    "lx_vs_tbp",
    "lx_vs_tbp-published",
)
OF_EACH += ("lx_vs_tbp-efficacy", "lx_vs_tbp-sensitivity", "lx_vs_tbp-checklist")
OF_EACH += ("lx_vs_tbp-results-table1", "tcga_brca-methods", "tcga_brca-quality")
STOPS_TRIED = 20


@pytest.fixture(scope="module")
def report(study_workspace):
    """The published report, with the page of one patient."""
    explain(study_workspace, "009b942163c79225", "pfs", io.StringIO(), is_html=True)
    return study_workspace.report


@pytest.fixture(scope="module")
def chromium():
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def looked_at(report, chromium):
    """What each page says of itself, asks for, complains of, and axe-core finds."""
    visited, found, templates = context(chromium, **LIGHT), {}, set()
    # files of tables are no pages: they are there to be downloaded
    pages = set(report.rglob("*.html")) - set(report.glob("tables/*"))
    for path in sorted(pages):
        page = visited.new_page()
        asked, complaints = opened(page, path)
        about = {"asked": asked, "complaints": complaints, **page.evaluate(FACTS)}
        # numbers of an analysis and deliveries: many pages of one template
        template = re.sub("(-results-|/deliveries/).*", r"\1", path.as_posix())
        is_like_another = template in templates
        templates.add(template)
        about["serious"] = serious(page, is_like_another=is_like_another)
        found[path.resolve()] = about
        page.close()
    visited.close()
    return found


def of_all(looked_at, what):
    """What pages have, by name; only of those that have any."""
    return {path.name: about[what] for path, about in looked_at.items() if about[what]}


def test_nothing_leaves_a_page_and_it_complains_of_nothing(looked_at):
    assert len(looked_at) > 40
    assert of_all(looked_at, "asked") == {}
    assert of_all(looked_at, "complaints") == {}


def test_every_link_leads_to_a_file_and_a_place_in_it(looked_at):
    broken = set()
    for path, about in looked_at.items():
        for link in about["links"]:
            url, anchor = urldefrag(link)
            target = Path(unquote(url.removeprefix("file://")))
            places = looked_at.get(target, {}).get("ids", [])
            if not target.is_file() or (anchor and unquote(anchor) not in places):
                broken.add((path.name, link.rpartition("/")[2]))
    assert broken == set()


def test_every_page_can_be_reached_from_the_first(report, looked_at):
    start = (report / "index.html").resolve()
    reached, waiting = set(), [start]
    while waiting:
        path = waiting.pop()
        if path in reached or path not in looked_at:
            continue
        reached.add(path)
        links = (urldefrag(link)[0] for link in looked_at[path]["links"])
        waiting += [Path(unquote(link.removeprefix("file://"))) for link in links]
    assert reached == set(looked_at)


def test_axe_finds_nothing_serious(looked_at):
    assert of_all(looked_at, "serious") == {}


def test_each_page_has_one_heading_and_says_where_one_is(looked_at):
    assert {about["h1"] for about in looked_at.values()} == {1}
    # the end of the breadcrumb; on a study's pages also in the navigation
    assert {about["current"] for about in looked_at.values()} == {1, 2}


def test_numbers_on_the_pages_equal_the_results(study_database, looked_at):
    with duckdb.connect(str(study_database), read_only=True) as connection:
        rows = connection.execute("select result_id, value, text from analysis.results")
        results = {name: (value, text) for name, value, text in rows.fetchall()}
    shown = [number for about in looked_at.values() for number in about["numbers"]]

    assert len({result_id for result_id, _, _ in shown}) > 1000
    for result_id, value, text in shown:
        expected, printed = results[result_id]
        if text == MASK:
            # which ones, and that nothing gives them back: test_masking.py
            assert result_id.startswith("tcga_brca.")
            assert not value
            continue
        assert (float(value) if value else None) == expected, result_id
        printed = {printed, f"= {printed}", f"< {printed[1:]}"}
        if "NR" == text:
            printed = {"NR"} if expected is None else set()
        assert text in printed or is_ours(text), (result_id, text)


def is_ours(text):
    """The comparison with the print shows ours with its digits."""
    return bool(re.fullmatch(r"-?[\d.]+", text))


@pytest.mark.parametrize("light", ["dark", "narrow"])
def test_pages_are_readable_in_another_light_and_width(report, chromium, light):
    visited = context(chromium, **{"dark": DARK, "narrow": NARROW}[light])
    page = visited.new_page()
    for path in map(report.joinpath, [f"{name}.html" for name in OF_EACH]):
        page.goto(path.as_uri())
        # tables and figures scroll inside their own box, the page never sideways
        assert not page.evaluate(FACTS)["is_wide"], path.name
        rule = {"dark": "color-contrast", "narrow": "target-size"}[light]
        assert serious(page, rule) == [], path.name
    visited.close()


def test_every_page_is_used_by_keyboard(report, chromium, looked_at):
    visited = context(chromium, **LIGHT)
    page = visited.new_page()
    for path in looked_at:
        page.goto(path.as_uri())
        n_stops = min(page.evaluate(STOPS), STOPS_TRIED)
        for number in range(n_stops):
            page.keyboard.press("Tab")
            # in the order of the page, visibly
            assert page.evaluate(FOCUS) == [number, True], (path.name, number)
        page.locator(".skip").focus()
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main", path.name
    visited.close()


def test_a_number_leads_to_its_row_and_its_patients_by_keyboard(report, chromium):
    visited = context(chromium, **LIGHT)
    page = visited.new_page()
    page.goto((report / "lx_vs_tbp-baseline.html").as_uri())
    page.locator(".baseline .num").first.focus()
    page.keyboard.press("Enter")
    row = page.locator("tr:target")
    assert row.locator("code").first.inner_text() == (
        "lx_vs_tbp.table1.all.patients.overall.LX.n"
    )
    row.locator("summary").focus()
    page.keyboard.press("Enter")
    assert len(row.locator(".ids").inner_text().split()) == 255
    visited.close()


@pytest.mark.parametrize("name", STUDIES)
def test_figures_and_tables_can_be_seen(report, chromium, name):
    plan = load_plan(ROOT / "studies" / name / "plan.toml")
    drawn = {"time_to_event": 1, "sensitivity": 1, "subgroups": 1}
    drawn |= {"adjusted_comparison": 3, "multivariable": 1, "competing_events": 1}
    drawn |= {"oncoplot": 1, "distribution": 1, "group_comparison": 1}
    visited = context(chromium, **LIGHT)
    page = visited.new_page()
    for shown in {page_of(each) for each in plan.analyses} - {""}:
        kinds = [each.kind for each in plan.analyses if page_of(each) == shown]
        page.goto((report / f"{name}-{shown}.html").as_uri())
        assert page.locator("main section[id]").count() >= len(kinds)
        n_figures = sum(drawn.get(kind, 0) for kind in kinds)
        assert page.locator("figure svg").count() == n_figures
        assert page.get_by_role("img").count() == n_figures
        for box in page.locator("figure svg").all():
            assert box.bounding_box()["width"] > 600
    visited.close()


def test_every_variant_has_its_rows(report, chromium):
    page = chromium.new_page()
    page.goto((report / "lx_vs_tbp-sensitivity.html").as_uri())
    n = len(load_plan(ROOT / "studies/lx_vs_tbp/plan.toml").variants)

    # the plan and each variant with a row per arm; then each variant's changes
    assert page.locator("#sensitivity .variants tbody tr").count() == 2 * (n + 1)
    assert page.locator("#sensitivity .changes tbody tr").count() == n
    assert page.locator("#sensitivity .none").count() == 0
    page.close()


def test_the_comparison_is_filtered_by_keyboard_without_script(report, chromium):
    page = chromium.new_page()
    page.goto((report / "lx_vs_tbp-published.html").as_uri())
    rows = page.locator("#published tbody tr:visible")
    with (ROOT / "studies/lx_vs_tbp/published_results.csv").open("rb") as file:
        n_printed = sum(1 for _ in csv.reader(line.decode() for line in file)) - 1

    page.locator("#show-match").focus()
    page.keyboard.press("Space")
    assert 0 < rows.count() < n_printed
    page.locator("#show-all").focus()
    page.keyboard.press("Space")
    assert rows.count() == n_printed
    page.close()


def test_pages_print(report, chromium, tmp_path):
    page = chromium.new_page()
    page.goto((report / "lx_vs_tbp-efficacy.html").as_uri())
    pdf = page.pdf(path=tmp_path / "page.pdf", format="A4")
    assert pdf.startswith(b"%PDF")
    page.close()
