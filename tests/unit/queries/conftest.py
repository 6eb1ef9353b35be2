"""A clinic with one delivery, and queries on it as `quality.data_queries` has them."""

import io

import duckdb
import openpyxl
import pytest

from oncohort.queries import issue_queries
from oncohort.queries.texts import texts

FILES = """\
  - match: "drugs*.csv"
    tables:
      - table: patients
        columns: {record_no: no, birth_on: born}
      - table: treatments
        columns: {record_no: no, drug: drug name, started_on: first day}
      - table: biomarkers
        columns: {record_no: no, marker: {value: ER}, result: ER status}
      - table: biomarkers
        columns: {record_no: no, marker: {value: PR}, result: PR status}
"""
DRUGS = """\
no,born,drug name,first day,ER status,PR status
007,1950,=cmd|' /C calc'!A0,2019-02-30,+,-
008,1951,lapatinib,2019-03-01,+,?
"""
COLUMNS = """
    query_id varchar, site_id varchar, severity varchar, fixed_by varchar,
    table_name varchar, field varchar, source_row_id varchar, value varchar,
    related_field varchar, related_value varchar, first_seen_on date, status varchar,
    message_en varchar, message_zh varchar, remedy_en varchar, remedy_zh varchar
"""


class Clinic:
    """The hospital of the shared fixtures with a database of queries."""

    def __init__(self, hospital, language="en"):
        self.hospital, self.workspace = hospital, hospital.workspace
        page = hospital.describe(FILES)
        page.write_text(
            page.read_text().replace("language: en", f"language: {language}")
        )
        self.deliver("2020-01-31")
        self.words = texts(language)

    def deliver(self, date):
        self.hospital.deliver("drugs.csv", DRUGS, date)
        self.hospital.receive()
        self.rows = {
            (table, day, line): row_id
            for table in ("patients", "treatments", "biomarkers")
            for day, line, row_id in self.hospital.rows(
                table, "delivered_on, source_line, source_row_id"
            )
        }
        with self.database() as connection:
            connection.execute(
                "create schema if not exists quality;"
                f"create table if not exists quality.data_queries ({COLUMNS});"
                "create table if not exists quality.row_reconciliation "
                "(site_id varchar, delivered_on date)"
            )
            connection.execute(
                "insert into quality.row_reconciliation values ('clinic', ?)", [date]
            )

    def database(self):
        return duckdb.connect(str(self.workspace.working_db))

    def ask(self, query_id, table="treatments", line=2, field="drug", **more):
        query = {
            "query_id": query_id,
            "site_id": "clinic",
            "severity": "major",
            "fixed_by": "site",
            "table_name": table,
            "field": field,
            "source_row_id": self.rows[table, "2020-01-31", line],
            "first_seen_on": "2020-01-31",
            "status": "open",
            "message_en": f"{field} is wrong",
            "message_zh": "有误",
            "remedy_en": "look it up",
            "remedy_zh": "请核对",
        } | more
        names, values = ", ".join(query), list(query.values())
        marks = ", ".join("?" for _ in values)
        with self.database() as connection:
            connection.execute(
                f"insert into quality.data_queries ({names}) values ({marks})", values
            )

    def issue(self, day="2020-03-01", site="clinic"):
        self.said = []
        return issue_queries(self.workspace, site, day, True, self.said.append)

    def lines(self, path):
        """The query sheet as dicts by the key of each column."""
        sheet = openpyxl.load_workbook(path)[self.words["query_sheet"]]
        keys = {self.words[key]: key for key in self.words}
        header, *rows = sheet.iter_rows(values_only=True)
        return [dict(zip([keys[h] for h in header], r, strict=True)) for r in rows]

    def answer(self, path, answers, name="back.xlsx", day="2020-03-20", change=None):
        """Fill in a workbook as the site does: query id -> answer, comment."""
        book = openpyxl.load_workbook(path)
        sheet = book[self.words["query_sheet"]]
        place = {cell.value: cell.column for cell in sheet[1]}
        for row in sheet.iter_rows(min_row=2):
            query_id = row[place[self.words["query_id"]] - 1].value
            for key, text in zip(
                ("answer", "comment"), answers.get(query_id, ()), strict=False
            ):
                sheet.cell(row[0].row, place[self.words[key]]).value = text
        if change:
            change(book)
        raw = io.BytesIO()
        book.save(raw)
        target = self.workspace.queries / "clinic" / "answers" / day / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(raw.getvalue())
        return target

    def read_back(self):
        """Receive again; return the landed answers, problems in `self.problems`."""
        verdicts = self.hospital.receive()
        self.problems = [
            problem for verdict in verdicts for problem in verdict.problems
        ]
        return self.hospital.rows("query_answers", "query_id, answer_code, comment")


@pytest.fixture
def clinic(hospital):
    return Clinic(hospital)


@pytest.fixture
def chinese_clinic(hospital):
    return Clinic(hospital, "zh")
