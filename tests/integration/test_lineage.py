"""Every landed row leads back to the line of the archived file it came from."""

import gzip
from io import BytesIO

import duckdb
import pyarrow.parquet
import pyreadstat
import pytest
import yaml
from python_calamine import CalamineWorkbook
from workspaces import HOSPITALS, ROOT, published


def lines_of(path, name: str, sheet: str | None, encoding: str) -> list[str]:
    """Text of each line, row or case of a kept file, the first one first."""
    if name.endswith((".xlsx", ".xls")):
        book = CalamineWorkbook.from_filelike(BytesIO(path.read_bytes()))
        rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    elif name.endswith(".sav"):
        rows = pyreadstat.read_sav(path)[0].values.tolist()
    elif name.endswith(".parquet"):
        rows = [row.values() for row in pyarrow.parquet.read_table(path).to_pylist()]
    else:
        content = path.read_bytes()
        content = gzip.decompress(content) if name.endswith(".gz") else content
        return content.decode(encoding).splitlines()
    return [" ".join(map(str, row)) for row in rows]


@pytest.mark.parametrize("site", [*HOSPITALS, "msk", "tcga"])
def test_each_row_stands_on_the_line_it_names(study_workspace, site):
    config = yaml.safe_load((ROOT / "sites" / site / "site.yml").read_text("utf-8"))
    encoding = config.get("defaults", {}).get("encoding", "utf-8")
    checked, files = 0, {}
    for table in ("treatments", "lesions", "contacts", "biomarkers"):
        rows = duckdb.execute(
            "select source_file, source_sheet, file_sha256, source_line, record_no "
            "from read_parquet(?)",
            [str(study_workspace.landing / table / f"site={site}" / "*" / "*.parquet")]
            if list(study_workspace.landing.glob(f"{table}/site={site}"))
            else [str(study_workspace.landing / table / "site=_none" / "*" / "*")],
        ).fetchall()
        for name, sheet, sha, line, record_no in rows:
            if (sha, sheet) not in files:
                path = study_workspace.originals / sha
                files[sha, sheet] = lines_of(path, name, sheet, encoding)
            assert record_no in files[sha, sheet][line - 1], (name, sheet, line)
            checked += 1
    assert checked > 1000


def test_every_mart_row_leads_to_a_source_row(study_database):
    database = duckdb.connect(str(study_database), read_only=True)
    marts = [
        name
        for (name,) in database.execute(
            "select table_name from information_schema.columns where "
            "table_schema = 'core' and column_name = 'source_row_id' "
            "and table_name not in ('source_rows', 'time_to_event_candidates')"
        ).fetchall()
    ]
    assert len(marts) > 10
    for mart in marts:
        lost = database.execute(
            f"select count(*) from core.{mart} as mart left join core.source_rows as "
            "source using (source_row_id) where source.source_row_id is null"
        ).fetchone()
        assert lost == (0,), mart


def test_every_endpoint_names_the_row_that_decides_it(study_database):
    database = duckdb.connect(str(study_database), read_only=True)
    undecided = database.execute(
        "select count(*) from core.time_to_event as endpoints left join "
        "core.source_rows as source "
        "on endpoints.deciding_row_id = source.source_row_id "
        "where source.source_row_id is null "
        # who has no record that counts is censored at the start of follow-up
        "and (endpoints.deciding_row_id <> 'start' or endpoints.exit_role <> 'censor')"
    ).fetchone()
    assert undecided == (0,)


def test_no_text_that_is_published_holds_a_record_number(study_workspace):
    """A sample's or a drug's number may begin with its patient's own."""
    files = (study_workspace.landing / "patients" / "*/*/*.parquet").as_posix()
    # a short number may well be some other number
    numbers = duckdb.sql(
        f"select distinct record_no from read_parquet('{files}') "
        "where length(record_no) >= 6"
    )
    numbers = {number for (number,) in numbers.fetchall()}
    database = duckdb.connect(str(published(study_workspace)), read_only=True)
    columns = database.execute(
        "select table_schema, table_name, column_name from information_schema.columns "
        "where data_type = 'VARCHAR'"
    ).fetchall()
    assert len(numbers) > 2500
    assert len(columns) > 300
    for schema, table, column in columns:
        words = database.execute(
            f"select distinct unnest(regexp_extract_all({column}, '\\w+(-\\w+)*')) "
            f"from {schema}.{table}"
        ).fetchall()
        parts = (word.split("-") for (word,) in words)
        starts = {"-".join(p[: n + 1]) for p in parts for n in range(min(len(p), 3))}
        assert not starts & numbers, (schema, table, column)
