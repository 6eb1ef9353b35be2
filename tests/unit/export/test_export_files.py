"""What a format cannot hold is said; what could do harm does none."""

import io

import openpyxl
import pyarrow
import pyreadstat
import pytest

from oncohort.errors import ConfigError
from oncohort.export.labels import Variable
from oncohort.export.plain_files import csv_bytes, xlsx_bytes
from oncohort.export.sheet import Sheet, codebook, file_names
from oncohort.export.statistics_files import dta_bytes, sav_bytes

FORMULA = "=cmd|' /C calc'!A0"


def sheet_of(values: list, codes: dict | None = None, label: str = "A label.") -> Sheet:
    column = Variable("word", "VARCHAR", label, codes or {})
    return Sheet("core.words", [column], pyarrow.table({"word": values}))


def test_a_text_beyond_the_limit_is_refused_and_never_cut():
    # 10,923 Chinese characters are 32,769 bytes: two more than SPSS holds
    fits, long = "中" * 10_922, "中" * 10_923
    with pytest.raises(ConfigError, match="longer than the 32,767 bytes") as error:
        sav_bytes(sheet_of(["short", long]))
    assert error.value.column == "word"
    assert sav_bytes(sheet_of([fits]))
    with pytest.raises(ConfigError, match="longer than the 32,767 characters"):
        xlsx_bytes(sheet_of(["x" * 32_768]))


def test_a_long_text_comes_back_whole_from_stata(tmp_path):
    path = tmp_path / "long.dta"
    path.write_bytes(dta_bytes(sheet_of(["中" * 3_000, "x"])))
    assert pyreadstat.read_dta(path)[0]["word"][0] == "中" * 3_000


def test_a_formula_is_text_in_a_workbook_and_led_by_an_apostrophe_in_a_csv():
    rows = [FORMULA, "#N/A", "+1 cycle", "-1.5", "a\x0bb"]
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(sheet_of(rows))))
    cells = [row[0] for row in book.worksheets[0].iter_rows(min_row=2)]
    assert [cell.value for cell in cells] == [*rows[:4], "a\ufffdb"]
    assert {cell.data_type for cell in cells} == {"s"}
    assert cells[0].quotePrefix
    assert book.worksheets[0].freeze_panes == "A2"
    text = csv_bytes(sheet_of(rows)).decode("utf-8-sig")
    assert f"'{FORMULA}" in text
    assert "\n-1.5\n" in text


def test_names_are_valid_in_the_program_and_no_two_alike():
    names = ["a" * 40, "a" * 41, "in", "2nd line", "性别", "Word", "word"]
    columns = [Variable(name, "BIGINT", name, {}) for name in names]
    stata = file_names(columns, "dta")
    assert list(stata.values()) == [
        "a" * 32,
        f"{'a' * 30}_2",
        "v_in",
        "v_2nd_line",
        "性别",
        "Word",
        "word_2",
    ]
    assert file_names(columns, "sav")["a" * 40] == "a" * 40
    assert file_names(columns, "csv")["in"] == "in"


def test_a_value_that_no_list_has_gets_a_number_after_the_list(tmp_path):
    sheet = sheet_of(["PD", "odd", None, "CR"], {"CR": "Complete", "PD": "Progression"})
    for format, write, read in (
        ("sav", sav_bytes, pyreadstat.read_sav),
        ("dta", dta_bytes, pyreadstat.read_dta),
    ):
        path = tmp_path / f"t.{format}"
        path.write_bytes(write(sheet))
        frame, about = read(path)
        assert frame["word"].tolist()[:2] == [2, 3]
        assert frame["word"].isna().tolist() == [False, False, True, False]
        assert about.variable_value_labels["word"] == {
            1: "Complete",
            2: "Progression",
            3: "odd",
        }
    rows = codebook(sheet, "dta").rows.to_pylist()
    assert [row["code"] for row in rows] == ["CR", "PD", "odd"]


def test_a_label_too_long_for_stata_keeps_its_first_sentence_and_the_codebook_all(
    tmp_path,
):
    label = "The first sentence. " + "More of it. " * 20
    path = tmp_path / "t.dta"
    path.write_bytes(dta_bytes(sheet_of(["x"], label=label)))
    assert pyreadstat.read_dta(path)[1].column_labels == ["The first sentence"]
    assert (
        codebook(sheet_of(["x"], label=label), "dta").rows["label"][0].as_py() == label
    )
