"""Workbooks, SPSS, Parquet and REDCap exports land row by row, exactly."""

import datetime
import io

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from sending import landing, treatments


@pytest.fixture
def landed(hospital):
    return landing(hospital)


def workbook(epoch=None):
    book = openpyxl.Workbook()
    if epoch:
        book.epoch = epoch
    sheet = book.active
    sheet["A1"] = "Export"
    sheet.merge_cells("A1:E1")
    sheet.append(["no", "treatment", None, "amount", None])
    sheet.append([None, "drug", "start", "value", "unit"])
    sheet.append(["01", "a", datetime.date(2015, 3, 9), 1.234, "mg"])
    sheet.append([2.0, "b", 40610, "1.234,5", 0.5])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


TWO_ROWS = """\
    format: xlsx
    header_line: 2
    header_rows: 2
"""
MERGED = (
    "{record_no: no, drug: treatment drug, started_on: {from: treatment start, "
    "dates: [excel-1904]}, dose: amount value, dose_unit: amount unit}"
)


@pytest.mark.parametrize("epoch", [None, CALENDAR_MAC_1904])
def test_a_workbook_with_merged_titles_and_two_header_rows(landed, epoch):
    files = treatments(TWO_ROWS + '    decimal: ","\n', MERGED)

    rows = landed("x.xlsx", workbook(epoch), files)

    assert rows == [
        (4, "01", "a", "2015-03-09", "1.234", "mg"),
        (5, "2", "b", "2015-03-09", "1234.5", "0,5"),
    ]


@pytest.mark.parametrize("is_1904", [False, True])
def test_an_old_workbook_of_either_epoch(landed, is_1904):
    import xlwt

    book = xlwt.Workbook()
    book.dates_1904 = is_1904
    sheet = book.add_sheet("one")
    day = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    for column, name in enumerate(["no", "drug", "start", "dose", "unit"]):
        sheet.write(0, column, name)
    cells = ["007", "a", datetime.date(2015, 3, 9), 80.0, "mg"]
    for column, cell in enumerate(cells):
        sheet.write(1, column, cell, day if column == 2 else xlwt.Style.default_style)
    out = io.BytesIO()
    book.save(out)

    rows = landed("x.xls", out.getvalue(), treatments("    format: xls\n"))

    assert rows == [(2, "007", "a", "2015-03-09", "80", "mg")]


@pytest.fixture
def sav(tmp_path):
    import pandas as pd
    import pyreadstat

    frame = pd.DataFrame(
        {
            "no": ["007", "8", "", "9"],
            "drug": [1.0, 2.0, None, 9.0],
            "start": [datetime.date(2015, 3, 9), None, None, datetime.date(2016, 1, 1)],
            "dose": [12.0, 1.5, None, None],
            "unit": ["mg", "mg", "", "=cmd|' /C calc'!A0"],
        }
    )
    pyreadstat.write_sav(
        frame,
        str(tmp_path / "x.sav"),
        variable_value_labels={"drug": {1: "拉帕替尼", 2: "T-DM1", 9: "refused"}},
        missing_ranges={"drug": [9]},
    )
    return (tmp_path / "x.sav").read_bytes()


@pytest.mark.parametrize("labels", [True, False])
def test_spss_labels_missing_values_and_dates(landed, sav, labels):
    settings = "    format: sav\n" + ("" if labels else "    labels: false\n")

    rows = landed("x.sav", sav, treatments(settings))

    first, second = ("拉帕替尼", "T-DM1") if labels else ("1", "2")
    # the third case holds nothing; 9 is missing by SPSS's own word
    assert rows == [
        (1, "007", first, "2015-03-09", "12", "mg"),
        (2, "8", second, None, "1.5", "mg"),
        (4, "9", None, "2016-01-01", None, "=cmd|' /C calc'!A0"),
    ]


def test_parquet(landed, tmp_path):
    import duckdb

    path = tmp_path / "x.parquet"
    duckdb.sql(
        "copy (select * from (values "
        "('007', 'a', date '2015-03-09', 12.0::double, 1.50::decimal(5, 2), true),"
        "(null, null, null, null, null, null),"
        "('8', 'b', null, 1.5, null, false)) t(no, drug, start, dose, unit, yes)) "
        f"to '{path.as_posix()}'"
    )

    rows = landed("x.parquet", path.read_bytes(), treatments("    format: parquet\n"))

    assert rows == [
        (1, "007", "a", "2015-03-09", "12", "1.50"),
        (3, "8", "b", None, "1.5", None),
    ]


CHOICES = '"Choices, Calculations, OR Slider Labels"'
DICTIONARY = f"""\
"Variable / Field Name","Form Name","Field Type","Field Label",{CHOICES}
record_id,demo,text,Record,
agent,drug,dropdown,Agent,"1, Lapatinib | 2, Trastuzumab, weekly"
ongoing,drug,yesno,Still taken,
why,drug,checkbox,Why stopped,"1, Toxicity | -1, Wish of the patient"
"""
EXPORT = """\
record_id,redcap_repeat_instrument,agent,ongoing,why___1,why____1
1,,,,,
1,drug,1,1,0,0
1,drug,2,0,1,1
2,drug,3,0,0,1
"""


@pytest.mark.parametrize("place", ["delivery", "site"])
def test_redcap_labels_checkboxes_and_instruments(hospital, place):
    hospital.describe(
        files="""\
  - match: export.csv
    dictionary: "*ictionary*.csv"
    tables:
      - table: treatments
        when: {column: redcap_repeat_instrument, in: [drug]}
        columns: {record_no: record_id, drug: agent, is_ongoing: ongoing,
          stop_reason: {from: [why___1, why____1], join: "; "}}
"""
    )
    hospital.deliver("export.csv", EXPORT)
    if place == "site":
        path = hospital.workspace.root / "sites/clinic/DataDictionary.csv"
        path.write_text("\ufeff" + DICTIONARY, encoding="utf-8")
    else:
        path = hospital.deliver("my_dictionary.csv", DICTIONARY)

    (verdict,) = hospital.receive()

    assert (verdict.status, verdict.notes) == ("accepted", [])
    assert hospital.rows("treatments", "drug, is_ongoing, stop_reason") == [
        ("3", "No", "Wish of the patient"),
        ("Lapatinib", "Yes", None),
        ("Trastuzumab, weekly", "No", "Toxicity; Wish of the patient"),
    ]
    path.write_text(path.read_text("utf-8").replace("Lapatinib", "L"), "utf-8")
    (verdict,) = hospital.receive()
    assert verdict.status == ("accepted" if place == "site" else "refused")


@pytest.mark.parametrize(
    ("dictionary", "message"),
    [(None, "names no file"), ("a,b\n1,2\n", "no REDCap data dictionary")],
)
def test_a_dictionary_that_is_none_is_told(hospital, dictionary, message):
    hospital.describe(files=treatments("    dictionary: d.csv\n"))
    hospital.deliver("x.csv", "no,drug,start,dose,unit\n1,a,,,\n")
    if dictionary:
        hospital.deliver("d.csv", dictionary)

    assert message in hospital.refusal().message
