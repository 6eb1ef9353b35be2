"""The pages of the real studies in headless Chromium, without network."""

import csv
import shutil
from pathlib import Path

import pytest

from oncohort.analysis.plan import load_plan
from oncohort.report import write_report

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ROOT = Path(__file__).parents[2]
STUDIES = ("lx_vs_tbp", "msk_2018", "tcga_brca")
MODES = {
    "light": {"color_scheme": "light", "viewport": {"width": 1180, "height": 900}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1180, "height": 900}},
    "narrow": {"color_scheme": "light", "viewport": {"width": 390, "height": 800}},
}


@pytest.fixture(scope="module")
def report(study_workspace, study_database, tmp_path_factory):
    out = tmp_path_factory.mktemp("report")
    write_report(study_workspace, study_database, out, "test", say=lambda line: None)
    return out


@pytest.fixture(scope="module")
def browser():
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"]
        )
        yield browser
        browser.close()


def opened(browser, path, **options):
    """A page, what it asked for and what it complained of."""
    context = browser.new_context(offline=True, **options)
    page = context.new_page()
    page.requests, page.complaints = [], []
    page.on("request", lambda request: page.requests.append(request.url))
    page.on("console", lambda message: page.complaints.append(message.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.goto(path.as_uri())
    return page


@pytest.mark.chromium
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", ["index", "sites", "patients/index", *STUDIES])
def test_the_page_asks_for_nothing_and_complains_of_nothing(
    report, browser, name, mode
):
    page = opened(browser, report / f"{name}.html", **MODES[mode])
    own = (report / f"{name}.html").as_uri()

    assert [url for url in page.requests if not url.startswith("data:")] == [own]
    assert page.complaints == []
    assert page.evaluate("document.querySelector('h1').offsetHeight > 0")
    # tables and figures scroll inside their own box, the page never sideways
    assert page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )


@pytest.mark.chromium
@pytest.mark.parametrize("name", STUDIES)
def test_figures_and_tables_can_be_seen(report, browser, name):
    page = opened(browser, report / f"{name}.html", **MODES["light"])
    plan = load_plan(ROOT / "studies" / name / "plan.toml")

    drawn = {"time_to_event": 1, "sensitivity": 1, "subgroups": 1}
    drawn |= {"adjusted_comparison": 3, "multivariable": 1}
    drawn |= {"oncoplot": 1, "distribution": 1, "group_comparison": 1}
    n_figures = sum(drawn.get(each.kind, 0) for each in plan.analyses)
    assert page.locator("figure svg").count() == n_figures
    for box in page.locator("figure svg").all():
        assert box.bounding_box()["width"] > 600
    assert page.get_by_role("img").count() == n_figures
    assert page.get_by_role("main").count() == 1


@pytest.mark.chromium
def test_every_variant_has_its_rows(report, browser):
    page = opened(browser, report / "lx_vs_tbp.html", **MODES["light"])
    plan = load_plan(ROOT / "studies/lx_vs_tbp/plan.toml")
    n = len(plan.variants)

    # the plan and each variant with a row per arm; then each variant's changes
    assert page.locator("#sensitivity .variants tbody tr").count() == 2 * (n + 1)
    assert page.locator("#sensitivity .changes tbody tr").count() == n
    assert page.locator("#sensitivity .none").count() == 0


@pytest.mark.chromium
def test_the_comparison_is_filtered_by_keyboard_without_script(report, browser):
    page = opened(browser, report / "lx_vs_tbp.html", **MODES["light"])
    rows = page.locator("#published tbody tr:visible")
    with (ROOT / "studies/lx_vs_tbp/published_results.csv").open("rb") as file:
        n_printed = sum(1 for _ in csv.reader(line.decode() for line in file)) - 1

    page.locator("#show-match").focus()
    page.keyboard.press("Space")
    assert 0 < rows.count() < n_printed
    page.locator("#show-all").focus()
    page.keyboard.press("Space")
    assert rows.count() == n_printed


@pytest.mark.chromium
def test_the_page_prints(report, browser, tmp_path):
    page = opened(browser, report / "lx_vs_tbp.html")
    pdf = page.pdf(path=tmp_path / "page.pdf", format="A4")
    assert pdf.startswith(b"%PDF")
