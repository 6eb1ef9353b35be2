"""Files of every format with their data rows in another order, some of them twice."""

import csv
import gzip
import io
from datetime import date

import openpyxl
import pyarrow.parquet
import pyreadstat
import xlwt
from python_calamine import CalamineWorkbook


def shuffle_site(config: dict, folder, order, is_repeating: bool = False) -> list:
    """Shuffle every file of a site's deliveries that its `site.yml` means."""
    defaults = config.get("defaults", {})
    return [
        path
        for path in sorted(folder.glob("*/*"))
        if shuffle_file(path, config["files"], defaults, order, is_repeating)
    ]


def shuffle_file(
    path, entries: list[dict], defaults: dict, order, is_repeating: bool = False
) -> bool:
    """Shuffle the data rows that `site.yml` means; False if it means none.

    If `is_repeating`, one row in forty comes a second time.
    """
    declared = [entry for entry in entries if path.match(entry["match"] + "*")]
    if not declared:
        return False
    first = {entry.get("sheet"): _first_row(entry) for entry in declared}
    suffix = path.suffix if path.suffix in _BY_SUFFIX else ".csv"
    settings = {**defaults, **declared[0], "is_repeating": is_repeating}
    _BY_SUFFIX[suffix](path, first, settings, order)
    return True


def _mixed(rows: list, settings: dict, order) -> list:
    """The rows in another order, some of them twice."""
    again = order.sample(rows, len(rows) // 40) if settings["is_repeating"] else []
    return order.sample(rows + again, len(rows) + len(again))


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
    rows = _mixed(rows, settings, order)
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(top + rows)
    content = out.getvalue().encode(encoding)
    path.write_bytes(gzip.compress(content, mtime=0) if packed else content)


def _xlsx(path, first, settings, order) -> None:
    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets:
        start = first[sheet.title] + 1
        rows = [[c.value for c in row] for row in sheet.iter_rows(min_row=start)]
        for number, values in enumerate(_mixed(rows, settings, order), start):
            for column, value in enumerate(values, 1):
                sheet.cell(number, column).value = value
    book.save(path)


def _xls(path, first, settings, order) -> None:
    book, day = xlwt.Workbook("utf-8"), xlwt.easyxf(num_format_str="yyyy-mm-dd")
    old = CalamineWorkbook.from_path(path)
    for name in old.sheet_names:
        rows = old.get_sheet_by_name(name).to_python(skip_empty_area=False)
        top, rows = rows[: first[name]], rows[first[name] :]
        rows = _mixed(rows, settings, order)
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
        rows.iloc[_mixed(list(range(len(rows))), settings, order)],
        path,
        variable_value_labels=meta.variable_value_labels,
    )


def _parquet(path, first, settings, order) -> None:
    rows = pyarrow.parquet.read_table(path)
    places = _mixed(list(range(rows.num_rows)), settings, order)
    pyarrow.parquet.write_table(rows.take(places), path)


_BY_SUFFIX = {
    ".csv": _text,
    ".xlsx": _xlsx,
    ".xls": _xls,
    ".sav": _sav,
    ".parquet": _parquet,
}
