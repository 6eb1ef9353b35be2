"""Files of every format with their data rows in another order."""

import csv
import gzip
import io
from datetime import date

import openpyxl
import pyarrow.parquet
import pyreadstat
import xlwt
from python_calamine import CalamineWorkbook


def shuffle_file(path, entries: list[dict], defaults: dict, order) -> bool:
    """Shuffle the data rows that `site.yml` means; False if it means none."""
    declared = [entry for entry in entries if path.match(entry["match"] + "*")]
    if not declared:
        return False
    first = {entry.get("sheet"): _first_row(entry) for entry in declared}
    suffix = path.suffix if path.suffix in _BY_SUFFIX else ".csv"
    _BY_SUFFIX[suffix](path, first, {**defaults, **declared[0]}, order)
    return True


def _first_row(entry: dict) -> int:
    """Rows above the data."""
    last = int(entry.get("header_line", 1)) + int(entry.get("header_rows", 1)) - 1
    return int(entry.get("data_line", last + 1)) - 1


def _text(path, first, settings, order) -> None:
    content = path.read_bytes()
    packed = path.suffix == ".gz"
    encoding = settings.get("encoding", "utf-8")
    text = (gzip.decompress(content) if packed else content).decode(encoding)
    end = next(end for end in ("\r\n", "\r", "\n") if end in text)
    delimiter = settings.get("delimiter", ",").replace("tab", "\t")
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    top, rows = rows[: first[None]], rows[first[None] :]
    order.shuffle(rows)
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(top + rows)
    content = out.getvalue().encode(encoding)
    path.write_bytes(gzip.compress(content, mtime=0) if packed else content)


def _xlsx(path, first, settings, order) -> None:
    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets:
        start = first[sheet.title] + 1
        rows = [[c.value for c in row] for row in sheet.iter_rows(min_row=start)]
        order.shuffle(rows)
        for target, values in zip(sheet.iter_rows(min_row=start), rows, strict=True):
            for cell, value in zip(target, values, strict=True):
                cell.value = value
    book.save(path)


def _xls(path, first, settings, order) -> None:
    book, day = xlwt.Workbook("utf-8"), xlwt.easyxf(num_format_str="yyyy-mm-dd")
    old = CalamineWorkbook.from_path(path)
    for name in old.sheet_names:
        rows = old.get_sheet_by_name(name).to_python(skip_empty_area=False)
        top, rows = rows[: first[name]], rows[first[name] :]
        order.shuffle(rows)
        sheet = book.add_sheet(name)
        for number, row in enumerate(top + rows):
            for column, cell in enumerate(row):
                style = (day,) if isinstance(cell, date) else ()
                if cell != "":
                    sheet.write(number, column, cell, *style)
    book.save(path)


def _sav(path, first, settings, order) -> None:
    rows, meta = pyreadstat.read_sav(path)
    pyreadstat.write_sav(
        rows.sample(frac=1, random_state=order.randrange(1000)),
        path,
        variable_value_labels=meta.variable_value_labels,
    )


def _parquet(path, first, settings, order) -> None:
    rows = pyarrow.parquet.read_table(path)
    places = list(range(rows.num_rows))
    order.shuffle(places)
    pyarrow.parquet.write_table(rows.take(places), path)


_BY_SUFFIX = {
    ".csv": _text,
    ".xlsx": _xlsx,
    ".xls": _xls,
    ".sav": _sav,
    ".parquet": _parquet,
}
