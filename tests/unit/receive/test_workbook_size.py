import zipfile

import openpyxl
import pytest

from oncohort.errors import DeliveryRefused
from oncohort.receive import workbook_size
from oncohort.receive.workbook_size import check_size


def save(path, *cells):
    book = openpyxl.Workbook()
    for place in cells:
        book.active[place] = "x"
    book.save(path)
    return path


def test_two_cells_far_apart_do_not_end_the_process(tmp_path):
    path = save(tmp_path / "far.xlsx", "A1", "XFD1048576")

    with pytest.raises(DeliveryRefused, match=r"17,179,869,184 cells in a sheet"):
        check_size(path, "far.xlsx")


def test_tall_sheets_wide_sheets_and_other_files_pass(tmp_path):
    check_size(save(tmp_path / "tall.xlsx", "A1", "Z1048576"), "tall.xlsx")
    check_size(save(tmp_path / "wide.xlsx", "A1", "XFD100"), "wide.xlsx")
    (tmp_path / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0")
    check_size(tmp_path / "old.xls", "old.xls")


def test_an_empty_cell_with_a_format_is_no_cell(tmp_path):
    book = openpyxl.load_workbook(save(tmp_path / "plain.xlsx", "A1"))
    book.active["XFD1048576"].font = openpyxl.styles.Font(bold=True)
    book.save(tmp_path / "formatted.xlsx")

    check_size(tmp_path / "formatted.xlsx", "formatted.xlsx")


def test_a_cell_across_two_chunks_is_seen(tmp_path, monkeypatch):
    monkeypatch.setattr(workbook_size, "_CHUNK", 64)
    monkeypatch.setattr(workbook_size, "_OVERLAP", 60)
    path = save(tmp_path / "far.xlsx", "A1", "XFD1048576")

    with pytest.raises(DeliveryRefused):
        check_size(path, "far.xlsx")


def test_too_many_bytes_and_damage_are_told(tmp_path, monkeypatch):
    path = save(tmp_path / "a.xlsx", "A1")
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        start = archive.getinfo("xl/worksheets/sheet1.xml").header_offset + 60
    data[start : start + 40] = b"\xff" * 40
    (tmp_path / "damaged.xlsx").write_bytes(data)
    with pytest.raises(DeliveryRefused, match="damaged"):
        check_size(tmp_path / "damaged.xlsx", "damaged.xlsx")
    monkeypatch.setattr(workbook_size, "MAX_BYTES", 10)
    with pytest.raises(DeliveryRefused, match="more than 0 MB"):
        check_size(path, "a.xlsx")
