"""The real study whose plan masks small counts: nothing on its pages gives one back."""

import math
import re
import shutil

import duckdb
import pytest
from scipy.optimize import linprog
from workspaces import ROOT

from oncohort.analysis.plan import load_plan
from oncohort.export import export
from oncohort.masking import MASK, says_masked

STUDY, THRESHOLD = "tcga_brca", 5
NUMBER = re.compile(
    r'<data value="([^"]*)" data-result-id="([^"]+)"[^>]*>([^<]*)</data>'
)
BASELINE = f"{STUDY}.baseline.all."
ARMS = ("positive", "negative", "unknown")


@pytest.fixture(scope="module")
def truth(study_database) -> dict[str, dict]:
    with duckdb.connect(str(study_database), read_only=True) as connection:
        rows = connection.execute(
            "select * from analysis.results where study_id = ?", [STUDY]
        )
        names = [column[0] for column in rows.description]
        found = [dict(zip(names, row, strict=True)) for row in rows.fetchall()]
    return {row["result_id"]: row for row in found}


@pytest.fixture(scope="module")
def pages(study_workspace) -> dict[str, str]:
    found = study_workspace.report.glob(f"{STUDY}*.html")
    return {path.name: path.read_text("utf-8") for path in found}


@pytest.fixture(scope="module")
def shown(pages) -> dict[str, str]:
    """Text of each number on the pages; a number says the same everywhere."""
    text_of = re.compile(r'<tr id="([^"]+)">.*?</th>\s*<td[^>]*>([^<]*)<', re.DOTALL)
    found = {k: v for page in pages.values() for k, v in text_of.findall(page)}
    for page in pages.values():
        for value, result_id, text in NUMBER.findall(page):
            plain = text.removeprefix("= ").removeprefix("< ")
            assert (plain == MASK) == (found[result_id] == MASK), result_id
            if plain == MASK:
                assert value == ""
    return found


def people(truth) -> dict[str, int]:
    return {k: int(v["value"]) for k, v in truth.items() if v["unit"] == "patients"}


def test_the_database_keeps_what_the_pages_hide(truth, shown):
    small = {k for k, n in people(truth).items() if 0 < n < THRESHOLD}
    assert len(small) > 10
    assert {shown[each] for each in small & shown.keys()} == {MASK}
    n_masked = sum(text == MASK for text in shown.values())
    assert len(small) < n_masked < len(shown) / 2, "the report stays meaningful"
    assert shown[f"{STUDY}.os_by_her2.all.os.overall.all.hazard_ratio"] == "1.19"


def test_every_page_says_so(pages):
    assert len(pages) > 10
    words = says_masked(load_plan(ROOT / "studies" / STUDY / "plan.toml"))
    assert [name for name, page in pages.items() if words not in page] == []
    assert "How they are found" in pages[f"{STUDY}.html"]
    assert 'class="ids"' not in "".join(pages.values())


def test_where_numbers_come_from_tells_no_more(pages, truth):
    """Value, n and denominator of each row, as the page of its analysis lists them."""
    row = re.compile(r'<tr id="([^"]+)">.*?</th>\s*(<td.*?)</tr>', re.DOTALL)
    listed = {k: v for page in pages.values() for k, v in row.findall(page)}
    assert set(listed) == set(truth)
    for result_id, n in people(truth).items():
        cells = re.findall(r"<td[^>]*>([^<]*)</td>", listed[result_id])
        if 0 < n < THRESHOLD:
            assert cells == [MASK, "–", MASK, MASK], result_id


def sums(known: dict[str, int]) -> list[tuple[str, list[str]]]:
    """Sums that a reader knows, first of the baseline table: arms, levels, known."""
    found = []
    cells = {tuple(k.removeprefix(BASELINE).split(".")) for k in known if BASELINE in k}
    for variable in {cell[0] for cell in cells} - {"patients"}:
        levels = {cell[1] for cell in cells if cell[0] == variable} - {"overall"}
        for level in levels:
            parts = [f"{BASELINE}{variable}.{level}.{arm}.n" for arm in ARMS]
            found.append((f"{BASELINE}{variable}.{level}.all.n", parts))
        for arm in (*ARMS, "all"):
            whole = f"{BASELINE}patients.overall.{arm}.n"
            each = [f"{BASELINE}{variable}.{level}.{arm}.n" for level in levels]
            found.append((whole, each))
            if arm != "all":
                parts = [f"{BASELINE}{variable}.overall.{arm}.n_known"]
                found.append((whole, [*parts, f"{BASELINE}{variable}.unknown.{arm}.n"]))
    return found + sums_elsewhere()


def sums_elsewhere() -> list[tuple[str, list[str]]]:
    """Sums of events, of the flow, and between tables of the same patients."""
    found = []
    for analysis in ("os_by_her2.all", "os_by_her2_prospective.prospective"):
        place = f"{STUDY}.{analysis}.os.overall"
        for arm in (*ARMS, "all"):
            parts = [f"{place}.{arm}.{name}" for name in ("n_events", "n_censored")]
            found.append((f"{place}.{arm}.n", parts))
        for name in ("n", "n_events", "n_censored"):
            parts = [f"{place}.{arm}.{name}" for arm in ARMS]
            found.append((f"{place}.all.{name}", parts))
    place = f"{STUDY}.os_by_her2.all.os.overall"
    for arm in (*ARMS, "all"):
        parts = [f"{place}.{arm}.{name}" for name in ("n", "n_without_time")]
        found.append((f"{BASELINE}patients.overall.{arm}.n", parts))
    everybody = f"{STUDY}.her2.all.patients.overall"
    found.append((f"{everybody}.all.n", [f"{everybody}.{arm}.n" for arm in ARMS]))
    entered = f"{STUDY}.cohort_flow.all.step_0.overall.all.n_in"
    found.append((entered, [f"{everybody}.all.n"]))
    for step in range(4):
        place = f"{STUDY}.cohort_flow.all.step_{step}.overall.all"
        found.append((f"{place}.n_in", [f"{place}.n_out", f"{place}.n_left"]))
        if step:
            before = f"{STUDY}.cohort_flow.all.step_{step - 1}.overall.all.n_left"
            found.append((f"{place}.n_in", [before]))
    return found


def test_no_masked_count_is_solved_from_the_shown_ones(truth, shown):
    """Each can be at least two numbers, by the reader's own linear program."""
    known = people(truth)
    listed = [each for total, parts in sums(known) for each in (total, *parts)]
    hidden = sorted({each for each in listed if shown[each] == MASK})
    assert set(hidden) <= known.keys()
    assert len(hidden) > 30
    rows, rhs = [], []
    for total, parts in sums(known):
        signs = {total: 1, **dict.fromkeys(parts, -1)}
        assert sum(sign * known[name] for name, sign in signs.items()) == 0, total
        rows.append([signs.get(name, 0) for name in hidden])
        rhs.append(-sum(s * known[n] for n, s in signs.items() if n not in hidden))
    for number, name in enumerate(hidden):
        ends = []
        for sign in (1, -1):
            cost = [sign * float(other == number) for other in range(len(hidden))]
            found = linprog(cost, A_eq=rows, b_eq=rhs, bounds=(1, None))
            ends.append(sign * found.fun if found.status != 3 else 1e9)
        low, high = math.ceil(ends[0] - 1e-6), math.floor(ends[1] + 1e-6)
        assert high > low, (name, known[name], ends)


def test_exported_results_are_masked_and_the_patients_rows_are_not(
    study_workspace, truth, tmp_path
):
    for name in ("results", "numbers_at_risk"):
        export(study_workspace, name, tmp_path / f"{name}.parquet")
    rows = duckdb.sql(
        f"select result_id, value, text, n from '{tmp_path}/results.parquet'"
        " where study_id = 'tcga_brca' and unit = 'patients'"
    ).fetchall()
    small = {k for k, n in people(truth).items() if 0 < n < THRESHOLD}
    masked = {k for k, value, text, n in rows if (value, text, n) == (None, MASK, None)}
    assert small < masked
    counts = duckdb.sql(
        f"select distinct n_at_risk from '{tmp_path}/numbers_at_risk.parquet'"
        " where study_id = 'tcga_brca' and n_at_risk between 1 and 4"
    ).fetchall()
    assert counts == []
    with pytest.raises(Exception, match="small counts"):
        export(study_workspace, "tcga_brca.cohort_flow", tmp_path / "flow.csv")
    export(study_workspace, "tcga_brca.cohort", tmp_path / "cohort.parquet")
    (n,) = duckdb.sql(f"select count(*) from '{tmp_path}/cohort.parquet'").fetchone()
    assert n == 1095


def test_made_up_patients_are_shown_whole(study_workspace, tmp_path):
    page = (study_workspace.report / "lx_vs_tbp-baseline.html").read_text("utf-8")
    texts = [text for _, _, text in NUMBER.findall(page)]
    assert texts
    assert MASK not in texts
    assert "Masked" not in page
    # the same plan, had its patients been real
    folder = tmp_path / "lx_vs_tbp"
    shutil.copytree(ROOT / "studies" / "lx_vs_tbp", folder)
    plan = load_plan(folder / "plan.toml")
    assert plan.masked_below == 0
    assert plan._replace(made_up=False).masked_below == THRESHOLD
