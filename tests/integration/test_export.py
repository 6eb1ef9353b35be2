"""Every published table in every format, written, read back and compared."""

import csv
import datetime
import io

import duckdb
import pytest
from python_calamine import CalamineWorkbook

from oncohort.errors import ConfigError
from oncohort.export import export
from oncohort.export.run import FORMATS, _sheet
from oncohort.export.sheet import Sheet, codebook, file_names, numbers_of

# of each table: enough to hold each kind of value, few enough for sixty tables
ROWS = 150
FEWEST_TABLES = 50


@pytest.fixture(scope="module")
def sheets(study_workspace, study_database) -> list[Sheet]:
    """Every published table with its labels, and some rows from all over it."""
    with duckdb.connect(str(study_database), read_only=True) as connection:
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables()"
            # counts that its plan masks: refused, see test_masking.py
            " where (schema_name, table_name) <> ('tcga_brca', 'cohort_flow')"
            " order by all"
        ).fetchall()
        whole = [_sheet(study_workspace, connection, *table) for table in tables]
    assert len(whole) > FEWEST_TABLES
    found = []
    for sheet in whole:
        step = max(1, sheet.rows.num_rows // ROWS)
        rows = sheet.rows.take(list(range(0, sheet.rows.num_rows, step)))
        found.append(sheet._replace(rows=rows))
    return found


def plain(sheet: Sheet) -> list[tuple]:
    return [tuple(row.values()) for row in sheet.rows.to_pylist()]


def read_csv(raw: bytes, sheet: Sheet, folder) -> list[tuple]:
    text = raw.decode("utf-8-sig")
    head, *rows = csv.reader(io.StringIO(text))
    assert head == [each.name for each in sheet.variables]
    # a CSV knows no missing text: both are an empty field
    typed = {
        "BOOLEAN": {"true": True, "false": False}.get,
        "DATE": datetime.date.fromisoformat,
        "INTEGER": int,
        "BIGINT": int,
        "DOUBLE": float,
        "VARCHAR": lambda cell: cell.removeprefix("'"),
    }
    kinds = [typed[each.data_type] for each in sheet.variables]
    return [
        tuple(
            kind(cell) if cell else None for kind, cell in zip(kinds, row, strict=True)
        )
        for row in rows
    ]


def read_parquet(raw: bytes, sheet: Sheet, folder) -> list[tuple]:
    path = folder / "table.parquet"
    path.write_bytes(raw)
    return duckdb.sql(f"from read_parquet('{path}')").fetchall()


def read_xlsx(raw: bytes, sheet: Sheet, folder) -> list[tuple]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(raw))
    assert len(book.sheet_names) == 2
    head, *rows = book.get_sheet_by_index(0).to_python()
    assert head == [each.name for each in sheet.variables]
    width = len(head)
    padded = [[*row, *[""] * (width - len(row))] for row in rows]
    return [tuple(None if cell == "" else cell for cell in row) for row in padded]


def read_statistics(format: str):
    import pyreadstat

    read = {"sav": pyreadstat.read_sav, "dta": pyreadstat.read_dta}[format]

    def rows(raw: bytes, sheet: Sheet, folder) -> list[tuple]:
        """Numbers turned back into codes by the codebook and the file's own labels."""
        path = folder / f"table.{format}"
        path.write_bytes(raw)
        frame, about = read(path)
        names = file_names(sheet.variables, format)
        assert list(frame.columns) == list(names.values())
        columns = []
        for variable in sheet.variables:
            name = names[variable.name]
            assert about.column_names_to_labels[name]
            back = [None if v != v or v == "" else v for v in frame[name]]
            known = {True: 1, False: 0}
            if variable.is_coded:
                known = numbers_of(variable, sheet.rows[variable.name].to_pylist())
            if variable.codes:
                labels = about.variable_value_labels[name]
                for code, number in known.items():
                    assert labels[number] == str(variable.codes.get(code, code))
                codes = {number: code for code, number in known.items()}
                back = [None if v is None else codes[v] for v in back]
            columns.append(back)
        return list(zip(*columns, strict=True))

    return rows


READ = {"csv": read_csv, "parquet": read_parquet, "xlsx": read_xlsx}
READ |= {format: read_statistics(format) for format in ("sav", "dta")}
# what stands for a missing text is an empty one, in all but Parquet
NO_EMPTY_TEXT = ("csv", "xlsx", "sav", "dta")


def same(was, now) -> bool:
    """Equal; of a number a workbook holds 16 digits, and a date is no text."""
    if isinstance(was, float):
        return now == pytest.approx(was, rel=1e-15, abs=0)
    return was == now and isinstance(was, datetime.date) == isinstance(
        now, datetime.date
    )


@pytest.mark.parametrize("format", FORMATS)
def test_every_table_comes_back_as_it_was(format, sheets, tmp_path):
    n_values = 0
    for sheet in sheets:
        expected = plain(sheet)
        if format in NO_EMPTY_TEXT:
            expected = [tuple(None if v == "" else v for v in row) for row in expected]
        raw = FORMATS[format](sheet)
        back = READ[format](raw, sheet, tmp_path)
        assert len(back) == len(expected), sheet.title
        for was, now in zip(expected, back, strict=True):
            assert all(same(*each) for each in zip(was, now, strict=True)), (was, now)
            n_values += sum(value is not None for value in was)
    assert n_values > 20_000


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_table_gives_the_same_bytes(format, study_workspace, tmp_path):
    import time

    written = []
    for number in (1, 2):
        out = tmp_path / f"{number}.{format}"
        files = export(study_workspace, "lx_vs_tbp.cohort", out)
        written.append([path.read_bytes() for path in files])
        # the clocks of the formats count seconds or minutes: let them move on
        if number == 1 and format in ("sav", "xlsx"):
            time.sleep(1.1)
    assert written[0] == written[1]
    assert len(written[0]) == (1 if format == "xlsx" else 2)


def test_a_cohort_has_labels_that_people_read(study_workspace, tmp_path):
    import pyreadstat

    out = tmp_path / "cohort.sav"
    export(study_workspace, "cohort", out, study="lx_vs_tbp")
    frame, about = pyreadstat.read_sav(out, apply_value_formats=True)
    assert set(frame["arm"]) == {
        "Lapatinib plus capecitabine",
        "Trastuzumab beyond progression",
    }
    assert about.column_names_to_labels["arm"] == "Group compared in the study."
    assert frame["age_group"].value_counts()["<50"] > 0
    assert isinstance(frame["time_zero_on"][0], datetime.date)


def test_a_codebook_says_which_number_stands_for_which_code(sheets):
    patients = next(each for each in sheets if each.title == "core.patients")
    rows = codebook(patients, "sav").rows.to_pylist()
    sexes = [
        (r["number"], r["code"], r["meaning"])
        for r in rows
        if r["column"] == "sex_code"
    ]
    assert sexes == [("1", "female", "Female"), ("2", "male", "Male")]


@pytest.mark.parametrize(
    ("name", "study", "words"),
    [
        ("cohort", None, "several studies"),
        ("nothing", None, "no published table"),
        ("cohort", "nothing", "no published table"),
        ("staging.stg_extract__patients", None, "no published table"),
    ],
)
def test_a_table_that_is_not_there_is_named(
    name, study, words, study_workspace, tmp_path
):
    with pytest.raises(ConfigError, match=words):
        export(study_workspace, name, tmp_path / "t.csv", study=study)
    assert not list(tmp_path.iterdir())
