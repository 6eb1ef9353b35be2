import pytest

from oncohort.safe_cells import csv_cell, is_formula, plain_text


@pytest.mark.parametrize(
    "text", ["=1", "+SUM(1)", "-2+3", "@x", "\t=1", " =1", "\rx", "＝1", "-", "+"]
)
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(text):
    assert is_formula(text)
    assert csv_cell(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["", "a=1", "-1", "+1.5", "-1,234.5", "-1e-3", "-5%", "2019-01-01", "不详"]
)
def test_numbers_and_words_stay(text):
    assert csv_cell(text) == text


def test_control_characters_and_turned_text_go():
    assert plain_text("a\0b\x07\u202ecod.exe\r\nnext\tone 中\ud800") == (
        "abcod.exe next one 中"
    )
