"""The named analyses: documented, and answers on every workspace."""

import io

from workspaces import ROOT

from oncohort.sql import run_sql
from oncohort.sql.questions import analyses

NAMES = sorted(path.stem for path in (ROOT / "analyses").glob("*.sql"))


def test_each_says_what_a_row_is_and_how_to_read_it(study_workspace):
    page = (ROOT / "docs" / "sql.md").read_text("utf-8")
    found = analyses(study_workspace)
    assert list(found) == NAMES and len(NAMES) >= 17
    for name, question in found.items():
        lines = question.sql.splitlines()
        head = [line for line in lines if line.startswith("--")]
        assert lines[0].startswith("-- ") and len(head) >= 2, name
        assert len(lines) <= 120 and max(map(len, lines)) <= 88, name
        assert f"`{name}`" in page, f"docs/sql.md says nothing of {name}"
        assert {"{{", "{%"}.isdisjoint(question.sql), "analyses are plain SQL"


def test_none_needs_a_study_a_site_or_a_row(empty):
    for name in NAMES:
        out = io.StringIO()
        run_sql(empty, ROOT / "analyses" / f"{name}.sql", out)
        assert "row" in out.getvalue()


def test_tables_and_columns(ask, rows):
    tables = {row["table_name"]: row for row in ask("tables")}
    assert tables["core.patients"]["n_rows"] == len(rows("core.patients"))
    assert tables["core.patients"]["one_row_is"].startswith("One row per patient")
    assert all(row["one_row_is"] for row in tables.values())
    columns = ask("columns", table="PATIENTS")
    assert columns == ask("columns", table="core.patients")
    assert [row["column_name"] for row in columns] == list(rows("core.patients")[0])
    assert all(row["meaning"] and row["data_type"] for row in columns)
