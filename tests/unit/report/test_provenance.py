"""Where a number comes from, which page it is on, and the reporting checklist."""

import json
import re
from importlib.resources import files

import pytest

from oncohort.analysis import analyse
from oncohort.analysis.plan import load_plan
from oncohort.errors import ConfigError
from oncohort.report.study_pages import FINDINGS

SCHEMA = "plan.schema.json"
CHECKED = r'<tr class="i-([^"]+)" id="([^"]+)"'


def test_every_number_leads_to_its_row(written):
    text = "".join(written.values())
    links = re.findall(r'<a class="num" href="([^"#]+)\.html#([^"]+)"><data', text)

    assert len(links) > 50
    for name, anchor in links:
        assert f'<tr id="{anchor}">' in written[name]


def test_a_count_shows_its_patients_and_how_they_are_found(written):
    page = written["tiny-results-t1"]
    row = page.split('<tr id="tiny.t1.all.age_group.unknown.B.n">')[1].split("</tr>")[0]
    # P8 has no age group
    assert re.findall('class="ids"[^>]*>([^<]*)<', row) == ["P8"]
    assert "oncohort sql" in row

    events = written["tiny-results-km"].split('all.pfs.overall.A.n_events">')[1]
    assert re.findall('class="ids"[^>]*>([^<]*)<', events)[0] == "P1 P2"


def test_a_row_leads_to_the_sql_of_its_model(written):
    assert 'href="sql.html#m-tiny__cohort"' in written["tiny-results-t1"]
    assert 'id="m-tiny__cohort"' in written["sql"]
    assert "-- &lt;all&gt;" in written["sql"]


def test_the_plan_moves_an_analysis_to_another_page(tiny, pages):
    tiny.write_plan(swap=('title = "PFS"', 'title = "PFS"\npage = "cns"'))
    analyse(tiny, say=lambda line: None)
    written = pages()

    assert 'id="km"' in written["tiny-cns"]
    assert "tiny-efficacy" not in written


def test_a_plan_can_name_every_page_of_findings():
    schema = json.loads(files("oncohort.analysis").joinpath(SCHEMA).read_text("utf-8"))
    analyses = schema["properties"]["analyses"]["items"]["properties"]
    assert analyses["page"]["enum"] == list(FINDINGS)


def test_the_checklist_says_what_is_not_met_and_the_plan_has_the_last_word(tiny, pages):
    funded = '\nstrobe_22 = { status = "met", note = "Funded by <nobody>." }\n'
    plan = tiny.folder / "plan.toml"
    plan.write_text(f"{plan.read_text('utf-8')}[reporting]{funded}", "utf-8")
    analyse(tiny, say=lambda line: None)
    page = pages()["tiny-checklist"]
    status = {item: found for found, item in re.findall(CHECKED, page)}

    assert len(status) == 34 + 13
    # the flow is drawn; no subgroup is analysed; nobody can generate a discussion
    assert status["strobe_13c"] == "met"
    assert status["strobe_12b"] == status["strobe_20"] == "not-met"
    assert status["strobe_22"] == "met"
    assert "Funded by &lt;nobody&gt;." in page


def test_a_plan_that_answers_an_unknown_item_is_refused(tiny):
    plan = tiny.folder / "plan.toml"
    text = plan.read_text("utf-8")
    answer = '[reporting]\nstrobe_99 = { status = "met", note = "x" }\n'
    plan.write_text(text + answer, "utf-8")
    with pytest.raises(ConfigError, match="strobe_99"):
        load_plan(plan)
