"""A query's life: asked, answered, mended, broken again; and its ledger made anew."""

import shutil

import duckdb
import openpyxl
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

from oncohort.queries import issue_queries
from oncohort.receive.run import receive
from oncohort.workspace import Workspace

SITE = """\
site_id: clinic
title: Clinic (made up)
language: zh
made_up: true
source: made up for a test
files:
  - match: patients.csv
    tables:
      - table: patients
        columns: {record_no: no, sex: sex, birth_on: born}
      - table: diagnoses
        columns: {record_no: no, diagnosis: {value: primary}, diagnosed_on: found}
      - table: contacts
        columns: {record_no: no, contact_on: seen, vital_status: status}
      - table: treatments
        when: {column: drug, not_null: true}
        columns: {record_no: no, drug: drug, started_on: first day, ended_on: last day}
"""
HEADER = "no,sex,born,found,seen,status,drug,first day,last day"
# the drug of 01 ends before it starts, 02 starts it before the diagnosis, 03 starts it
# on a day that no month has
SPOILED = [
    "01,f,1960-01-01,2010-01-01,2012-01-01,alive,lapatinib,2011-03-01,2011-02-01",
    "02,f,1950-01-01,2010-01-01,2011-01-01,alive,lapatinib,2009-12-01,2010-02-01",
    "03,f,1955-01-01,2010-01-01,2015-01-01,alive,lapatinib,2011-02-30,2011-06-01",
]
MENDED = [SPOILED[0].replace("2011-02-01", "2011-04-01"), *SPOILED[1:]]
ENDED, BEFORE, UNREADABLE = (
    "treatments.ended_before_started",
    "treatments.before_diagnosis",
    "any.unreadable",
)


class Centre:
    """The coordinating centre's week, command by command."""

    def __init__(self, root):
        (root / "sites/clinic").mkdir(parents=True)
        (root / "sites/clinic/site.yml").write_text(SITE, encoding="utf-8")
        self.workspace = Workspace(root)

    def deliver(self, date, rows):
        folder = self.workspace.extracts / "clinic" / date
        folder.mkdir(parents=True)
        text = "\n".join([HEADER, *rows, ""])
        (folder / "patients.csv").write_text(text, encoding="utf-8")

    def build(self):
        verdicts = receive(self.workspace, say=lambda line: None)
        assert [problem for verdict in verdicts for problem in verdict.problems] == []
        self._dbt()

    def _dbt(self):
        """Build what the queries need; the rest, and dbt's tests, have their own."""
        project = str(self.workspace.project)
        options = ["--project-dir", project, "--profiles-dir", project, "--quiet"]
        options += ["--target-path", str(self.workspace.root / "target")]
        options += ["--log-path", str(self.workspace.logs)]
        options += ["--select", "+data_queries", "+row_reconciliation"]
        options += ["--exclude-resource-type", "unit_test", "test"]
        self.workspace.create()
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.workspace.environment().items():
                patch.setenv(name, value)
            try:
                assert dbtRunner().invoke(["build", *options]).success
            finally:
                DuckDBConnectionManager.close_all_connections()

    def rows(self, columns="rule_id, status"):
        with duckdb.connect(str(self.workspace.working_db), read_only=True) as database:
            return database.execute(
                f"select {columns} from quality.data_queries order by all"
            ).fetchall()

    def status(self):
        return dict(self.rows())

    def issue(self, day):
        return issue_queries(self.workspace, "clinic", day, True, lambda line: None)

    def answer(self, issued, day, answers):
        """The site's part: answers by the message it reads, the lines turned around."""
        book = openpyxl.load_workbook(issued)
        sheet = book["数据质疑"]
        header, *rows = [[cell.value for cell in row] for row in sheet]
        sheet.delete_rows(2, len(rows))
        place = {name: number for number, name in enumerate(header)}
        for row in reversed(rows):
            query_id = row[place["质疑编号"]]
            row[place["答复"]], row[place["备注"]] = answers.get(query_id, ("", ""))
            sheet.append(row)
        target = self.workspace.queries / "clinic/answers" / day / "答复.xlsx"
        target.parent.mkdir(parents=True)
        book.save(target)


@pytest.fixture(scope="module")
def centre(tmp_path_factory):
    return Centre(tmp_path_factory.mktemp("centre"))


def test_a_query_is_asked_answered_mended_and_reopened(centre):
    centre.deliver("2020-01-31", SPOILED)
    centre.build()
    ids = dict(centre.rows("rule_id, query_id"))
    assert centre.status() == dict.fromkeys((ENDED, BEFORE, UNREADABLE), "open")

    issued = centre.issue("2020-02-03")
    sheet = openpyxl.load_workbook(issued)["数据质疑"]
    header, *lines = sheet.iter_rows(values_only=True)
    shown = {line[-1]: dict(zip(header, line, strict=True)) for line in lines}
    # text as landed, the site's own column, also where nothing could be read
    unreadable = shown[ids[UNREADABLE]]
    assert (unreadable["行号"], unreadable["病案号"]) == (4, "03")
    assert (unreadable["字段"], unreadable["数值"]) == ("first day", "2011-02-30")
    ended = shown[ids[ENDED]]
    assert (ended["字段"], ended["对照"]) == ("last day", "first day: 2011-03-01")
    assert shown[ids[BEFORE]]["对照"] == "found: 2010-01-01"

    centre.answer(
        issued,
        "2020-02-20",
        {
            ids[ENDED]: ("将更正", ""),
            ids[BEFORE]: ("记录无误", "外院先行用药"),
        },
    )
    centre.build()
    assert centre.status() == {
        ENDED: "answered",
        BEFORE: "accepted",
        UNREADABLE: "open",
    }
    assert centre.issue("2020-02-21") is None

    centre.deliver("2020-02-29", MENDED)
    centre.build()
    assert centre.status() == {ENDED: "closed", BEFORE: "accepted", UNREADABLE: "open"}

    centre.deliver("2020-03-31", SPOILED)
    centre.build()
    assert centre.status() == {
        ENDED: "reopened",
        BEFORE: "accepted",
        UNREADABLE: "open",
    }
    second = centre.issue("2020-04-01")
    asked = [row[-1] for row in openpyxl.load_workbook(second)["数据质疑"].values][1:]
    assert sorted(asked) == sorted([ids[ENDED], ids[UNREADABLE]])


def test_the_ledger_comes_from_extracts_and_workbooks_alone(centre):
    before = centre.rows("*")
    assert len(before) == 3
    for folder in (centre.workspace.landing, centre.workspace.working_db.parent):
        shutil.rmtree(folder)

    centre.build()

    assert centre.rows("*") == before
