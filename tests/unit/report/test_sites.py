import re

import pytest

from oncohort.receive.land import parquet_bytes
from oncohort.report import write_report

QUALITY = """
create schema quality;
create table quality.row_reconciliation as select * from (values
    ('s1', date '2020-01-31', 'patients', 'a.csv', '', 7123, 7122, 1),
    ('s1', date '2020-01-31', 'diagnoses', 'a.csv', '', 7123, 7120, 1),
    ('s2', date '2020-06-30', 'patients', 'b.csv', '', 8456, 8456, 0)
) as t (site_id, delivered_on, table_name, source_file, source_sheet,
    n_rows_read, n_rows_landed, n_rows_refused);
create table quality.data_queries as select * from (values
    ('s1', 'a.old', 'major', 'site', 'open', '<b>old</b>', date '2020-01-01'),
    ('s1', 'a.old', 'major', 'site', 'reopened', '<b>old</b>', date '2020-05-31'),
    ('s1', 'a.word', 'minor', 'centre', 'answered', 'word', date '2020-03-31'),
    ('s2', 'a.grave', 'critical', 'site', 'open', 'grave', date '2020-04-02'),
    ('s2', 'a.gone', 'major', 'site', 'closed', 'gone', date '2020-01-01'),
    ('s2', 'a.so', 'major', 'site', 'accepted', 'so', date '2020-01-01')
) as t (site_id, rule_id, severity, fixed_by, status, message_en, first_seen_on);
"""


@pytest.fixture
def page(tiny, tmp_path):
    """Write the report; return a page of it as text."""

    def write(name="sites"):
        out = tmp_path / "report"
        write_report(tiny, tiny.working_db, out, "pub-1", say=lambda line: None)
        path = out / f"{name}.html"
        return path.read_text("utf-8") if path.is_file() else None

    return write


def table(page, label):
    """The rows of a table as texts, by its label."""
    section = page.split(f'aria-label="{label}"')[1].split("</table>")[0]
    rows = re.findall("<tr.*?</tr>", section.split("<tbody>")[1], re.S)
    cells = [re.findall("<t[hd].*?</t[hd]>", row, re.S) for row in rows]
    return [[re.sub("<[^>]+>", "", cell).strip() for cell in row] for row in cells]


def test_queries_are_counted_by_site(tiny, page):
    tiny.execute(QUALITY)
    text = page()

    assert table(text, "Queries by status") == [
        ["s1", "1", "1", "1", "0", "0", "3"],
        ["s2", "1", "0", "0", "1", "1", "3"],
        ["All", "2", "1", "1", "1", "1", "6"],
    ]
    # site, centre | 0-30, 31-90, 91-180, over 180 days | critical, major, minor | all;
    # up to 2020-06-30 it is 181, 30 and 91 days for s1, 89 for s2
    assert table(text, "Queries that are not settled") == [
        ["s1", "2", "1", "1", "0", "1", "1", "0", "2", "1", "3"],
        ["s2", "1", "0", "0", "1", "0", "0", "1", "0", "0", "1"],
        ["All", "3", "1", "1", "1", "1", "1", "1", "2", "1", "4"],
    ]
    assert [row[0] for row in table(text, "Rules")] == ["a.old", "a.grave", "a.word"]
    assert "4 of 6 queries are not settled" in text
    assert "&lt;b&gt;old&lt;/b&gt;" in text


def land(tiny, book, rows):
    """Write rows of a book about the delivery of s1."""
    shared = {"site_id": "s1", "delivered_on": "2020-01-31", "table_name": "patients"}
    folder = tiny.root / f"landing/{book}/site=s1/delivery=2020-01-31"
    folder.mkdir(parents=True)
    data = parquet_bytes(book, [shared | row for row in rows])
    (folder / "part.parquet").write_bytes(data)


def test_a_delivery_shows_its_rows_once_and_what_it_failed(tiny, page, tmp_path):
    tiny.execute(QUALITY)
    counts = ("read", "landed", "refused", "not_meant")
    file = {"source_file": "a.csv", "delivery_kind": "full", "n_values_unreadable": 0}
    land(tiny, "deliveries", [file | {f"n_rows_{name}": 0 for name in counts}])
    shared = {"expectation_id": "patients.sex.filled", "n_checked": 9}
    shared |= {"n_unexpected": 1, "kahn_category": "completeness", "notes": "why"}
    shared |= {"observed": "1 null", "wanted": "none"}
    judged = [("major", "failed"), ("major", "passed"), ("minor", "error")]
    rows = [shared | {"severity": one, "status": other} for one, other in judged]
    land(tiny, "expectation_results", rows)
    text = page()

    counts = ["7,123", "14,242", "1"]
    assert table(text, "Deliveries") == [
        ["s1", "2020-01-31", "1", *counts, "0", "1", "0", "1", "0", "1"],
        ["s2", "2020-06-30", "1", "8,456", "8,456", "0", *["–"] * 6],
    ]
    (link,) = re.findall('href="(deliveries/[^"]+)"', text)
    assert link == "deliveries/s1-2020-01-31.html"
    assert "1 null" in (tmp_path / "report" / link).read_text("utf-8")


def test_the_start_page_leads_to_it_if_there_is_any(tiny, page):
    assert "sites.html" not in page("index")
    assert page() is None
    tiny.execute(QUALITY)

    assert '<a href="sites.html">' in page("index")


def test_no_queries_yet(tiny, page):
    tiny.execute(QUALITY + "drop table quality.data_queries")

    assert "No rule raised a query." in page()


def test_a_study_that_screened_nobody_has_no_page(tiny, page):
    tiny.execute("delete from tiny.cohort_flow")

    assert page("tiny") is None
    assert "screened anybody yet" in page("index")
