"""Figures and tables of the shipped study as files, against its results."""

import csv
from html.parser import HTMLParser

import docx
import duckdb
import pytest


@pytest.fixture(scope="module")
def text(study_database):
    with duckdb.connect(str(study_database), read_only=True) as database:
        rows = database.execute("select result_id, text from analysis.results")
        return dict(rows.fetchall())


def cells(text, place):
    key = f"lx_vs_tbp.table1.all.{place}"
    return f"{text[f'{key}.n']} ({text[f'{key}.percent']})"


@pytest.mark.parametrize("kind", ["docx", "csv"])
def test_table_1_says_what_the_results_say(study_workspace, text, kind):
    path = study_workspace.root / "report" / "tables" / f"lx_vs_tbp_table1.{kind}"
    if kind == "docx":
        (table,) = docx.Document(path).tables
        rows = [[cell.text for cell in row.cells] for row in table.rows]
    else:
        rows = list(csv.reader(path.read_text("utf-8-sig").splitlines()))
    found = {row[0]: row[1:] for row in rows}

    for label, place in {
        "Stage I at initial diagnosis\u00b9": "is_stage_i_at_diagnosis.yes",
        "Primary": "resistance.primary",
        "Liver": "has_liver_metastases.yes",
    }.items():
        both = [cells(text, f"{place}.{arm}") for arm in ("LX", "TBP")]
        p_value = text[f"lx_vs_tbp.table1.all.{place}.all.p_value"]
        assert found[label][:3] == [*both, p_value]


class Texts(HTMLParser):
    """The texts of an SVG, in order."""

    def __init__(self, svg):
        super().__init__()
        self.found, self.tag = [], ""
        self.feed(svg)

    def handle_starttag(self, tag, attributes):
        self.tag = tag

    def handle_data(self, data):
        if self.tag in ("text", "tspan") and data.strip():
            self.found.append(data.strip())


def test_the_figure_shows_the_numbers_at_risk(study_workspace, study_database):
    path = study_workspace.root / "report" / "figures" / "lx_vs_tbp_figure1a.svg"
    shown = Texts(path.read_text("utf-8")).found
    with duckdb.connect(str(study_database), read_only=True) as database:
        rows = database.execute(
            "select n_at_risk, n_censored_so_far from analysis.numbers_at_risk"
            " where study_id = 'lx_vs_tbp' and analysis_id = 'figure1a'"
            " order by arm, time_months"
        ).fetchall()
    expected = [f"{n} ({censored})" for n, censored in rows]
    assert expected[0] == "255 (0)"
    assert [each for each in shown if each in expected] == expected


@pytest.mark.parametrize("name", ["cns_incidence", "cns_incidence_evaluable"])
def test_curves_of_incidence_end_at_the_landmark_of_the_table(
    study_workspace, study_database, name
):
    folder = study_workspace.root / "report" / "figures"
    for suffix in ("png", "pdf"):
        assert (folder / f"lx_vs_tbp_{name}.{suffix}").stat().st_size > 10_000
    shown = Texts((folder / f"lx_vs_tbp_{name}.svg").read_text("utf-8")).found
    assert any(each.startswith("Made-up patients") for each in shown)
    with duckdb.connect(str(study_database), read_only=True) as database:
        rows = database.execute(
            "select r.text, r.value, 100 * max_by(c.incidence, c.time), r.level"
            " from analysis.results as r join analysis.incidence_curves as c"
            " on r.analysis_id = c.analysis_id and r.arm = c.arm"
            " and r.level = c.cause || '_month_18' and r.statistic = 'incidence'"
            " where r.analysis_id = ? and c.time_months <= 18 group by all",
            [name],
        ).fetchall()
    assert len(rows) == 4
    for text, value, height, level in rows:
        assert height == pytest.approx(value, rel=1e-12)
        if level.startswith("event"):
            assert any(each.startswith(f"{text} (") for each in shown), text


def test_the_flow_diagram_shows_every_step(study_workspace, text):
    path = study_workspace.root / "report" / "figures" / "lx_vs_tbp_cohort_flow.svg"
    shown = " ".join(Texts(path.read_text("utf-8")).found)
    for step in range(10):
        n = text[f"lx_vs_tbp.cohort_flow.all.step_{step}.overall.all.n_left"]
        assert f"(n = {n})" in shown
    for each in ("(n = 255)", "(n = 299)", "Safety set: 236", "CNS-evaluable: 248"):
        assert each in shown
