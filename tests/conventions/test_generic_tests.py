"""The project's own generic dbt tests find what they are for, and only that."""

import re
from pathlib import Path

import duckdb
import jinja2
import pytest

GENERIC = Path(__file__).parents[1] / "sql" / "generic"


def failing_rows(test: str, rows: str, **arguments) -> int:
    """Rows that a generic test reports for a table given as SQL values."""
    text = (GENERIC / f"{test}.sql").read_text("utf-8")
    body = re.search(r"\{% test .*?%\}(.*)\{% endtest %\}", text, re.S).group(1)
    sql = jinja2.Template(body).render(model="t", **{"nullable": [], **arguments})
    return len(
        duckdb.sql(f"with t as (select * from (values {rows}) as v(a, b)) {sql}")
    )


@pytest.mark.parametrize(
    ("rows", "nullable", "found"),
    [
        ("(1, 1), (1, 2)", [], 0),
        ("(1, 1), (1, 1), (2, 1)", [], 1),
        ("(1, null), (1, 2)", [], 1),
        ("(1, null), (1, 2)", ["b"], 0),
        ("(1, null), (1, null)", ["b"], 1),
    ],
)
def test_has_unique_key(rows, nullable, found):
    columns = ["a", "b"]
    assert failing_rows("has_unique_key", rows, columns=columns, nullable=nullable) == (
        found
    )


@pytest.mark.parametrize(
    ("rows", "found"), [("(1, 1)", 0), ("(1, null), (null, 1), (1, 1)", 2)]
)
def test_has_no_nulls(rows, found):
    assert failing_rows("has_no_nulls", rows, columns=["a", "b"]) == found
