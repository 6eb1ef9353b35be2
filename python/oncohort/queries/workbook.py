"""The feedback workbook: XLSX whose bytes depend on its content alone."""

from __future__ import annotations

import re
from collections import Counter
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from oncohort.queries.pending import SEVERITIES, Query
from oncohort.queries.texts import ANSWERS, texts
from oncohort.receive.site_config import SiteConfig
from oncohort.safe_cells import is_formula, plain_text

STAMP = (2020, 1, 1, 0, 0, 0)
WRITTEN = b"2020-01-01T00:00:00Z"
MAX_CHARACTERS = 1000
COVER = ("site", "workbook", "as_of", "issued", "counts")
WIDTHS = {
    "no": 5,
    "severity": 10,
    "delivered": 11,
    "file": 18,
    "sheet": 12,
    "line": 8,
    "record_no": 14,
    "field": 16,
    "value": 18,
    "related": 20,
    "message": 38,
    "remedy": 34,
    "first_seen": 11,
    "answer": 19,
    "comment": 30,
    "query_id": 9,
}
_FILLS = {"critical": "F4B6B0", "major": "FBD9A6", "minor": "FFF4C2"}
_ASKED = "EAF3FB"
_HEAD = "DDE3EA"
_WARNING = "FFE0A0"


def workbook_bytes(
    site: SiteConfig, name: str, as_of_on: str, issued_on: str, queries: list[Query]
) -> bytes:
    """Return the workbook `name` of some queries; same content, same bytes."""
    from openpyxl import Workbook

    book = Workbook()
    book.properties.creator = "oncohort"
    counted = Counter(query.severity for query in queries)
    words = texts(site.language)
    counts = ", ".join(f"{counted[s]} {words[s]}" for s in SEVERITIES if counted[s])
    facts = (site.title, name, as_of_on, issued_on, f"{len(queries)} ({counts})")
    _write_cover(book.active, site, dict(zip(COVER, facts, strict=True)))
    _write_queries(book.create_sheet(words["query_sheet"]), words, name, queries)
    raw = BytesIO()
    book.save(raw)
    return _without_clock(raw.getvalue())


def _write_cover(sheet: Any, site: SiteConfig, facts: dict[str, str]) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill

    words = texts(site.language)
    sheet.title = words["cover_sheet"]
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 24, 84
    sheet.sheet_view.showGridLines = False
    _put(sheet, 1, 1, words["title"]).font = Font(bold=True, size=16)
    row = 2
    if site.is_made_up:
        for column in (1, 2):
            sheet.cell(row, column).fill = PatternFill("solid", fgColor=_WARNING)
        _put(sheet, row, 1, words["made_up"]).font = Font(bold=True)
        row += 1
    for key, text in facts.items():
        row += 1
        _put(sheet, row, 1, words[key]).font = Font(color="5A626C")
        _put(sheet, row, 2, text)
    for head in ("what", "how", "whom"):
        row += 2
        _put(sheet, row, 1, words[f"{head}_head"]).font = Font(bold=True)
        lines = [key for key in words if re.fullmatch(rf"{head}(_\d)?", key)]
        for number, key in enumerate(lines):
            cell = _put(sheet, row + number, 2, words[key])
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        row += len(lines) - 1
    _fit_to_page(sheet, "portrait", facts["workbook"], words)


def _write_queries(
    sheet: Any, words: dict[str, str], name: str, queries: list[Query]
) -> None:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
    from openpyxl.utils import get_column_letter

    top, line = Alignment(wrap_text=True, vertical="top"), Side(color="C3CAD2")
    frame, small = Border(top=line, bottom=line, left=line, right=line), Font(size=7)
    fills = {key: PatternFill("solid", fgColor=rgb) for key, rgb in _FILLS.items()}
    asked, head = (PatternFill("solid", fgColor=rgb) for rgb in (_ASKED, _HEAD))
    for column, (key, width) in enumerate(WIDTHS.items(), start=1):
        cell = _put(sheet, 1, column, words[key])
        cell.font, cell.fill, cell.alignment = Font(bold=True), head, top
        cell.border = frame
        sheet.column_dimensions[get_column_letter(column)].width = width
        for row, query in enumerate(queries, start=2):
            cell = _put(sheet, row, column, _content(key, row - 1, query, words))
            cell.alignment, cell.border = top, frame
            if key == "severity":
                cell.fill = fills[query.severity]
            elif key in ("answer", "comment"):
                cell.fill = asked
            elif key == "query_id":
                cell.font = small
    if not any(query.sheet for query in queries):
        sheet.column_dimensions[_letter("sheet")].hidden = True
    sheet.freeze_panes = "B2"
    last = f"{_letter('query_id')}{len(queries) + 1}"
    sheet.auto_filter.ref = f"A1:{last}"
    sheet.print_area, sheet.print_title_rows = f"A1:{last}", "1:1"
    _add_choice(sheet, words, len(queries))
    _fit_to_page(sheet, "landscape", name, words)


def _content(key: str, number: int, query: Query, words: dict[str, str]) -> Any:
    """Return what a query's cell shows."""
    if key in ("answer", "comment"):
        return None
    if key == "no":
        return number
    if key == "severity":
        return words[query.severity]
    if key == "value" and query.value is None:
        return words["empty"]
    names = {"delivered": "delivered_on", "first_seen": "first_seen_on"}
    return getattr(query, names.get(key, key))


def _put(sheet: Any, row: int, column: int, content: Any) -> Any:
    """Write a cell; a text is stored as text, whatever it starts with."""
    cell = sheet.cell(row, column)
    if isinstance(content, str):
        text = plain_text(content[: MAX_CHARACTERS + 1])
        is_long = len(content) > MAX_CHARACTERS
        cell.value = f"{text[:MAX_CHARACTERS]}…" if is_long else text
        cell.data_type = "s"
        cell.number_format = "@"
        cell.quotePrefix = is_formula(content) or is_formula(text)
    else:
        cell.value = content
    return cell


def _add_choice(sheet: Any, words: dict[str, str], n_queries: int) -> None:
    from openpyxl.worksheet.datavalidation import DataValidation

    choices = ",".join(words[code] for code in ANSWERS)
    choice = DataValidation("list", formula1=f'"{choices}"', allow_blank=True)
    choice.showErrorMessage, choice.error = True, words["pick"]
    choice.showInputMessage, choice.prompt = True, words["pick"]
    choice.errorTitle = choice.promptTitle = words["answer"]
    letter = _letter("answer")
    choice.add(f"{letter}2:{letter}{n_queries + 1}")
    sheet.add_data_validation(choice)


def _letter(key: str) -> str:
    return chr(ord("A") + list(WIDTHS).index(key))


def _fit_to_page(sheet: Any, way: str, name: str, words: dict[str, str]) -> None:
    sheet.page_setup.orientation, sheet.page_setup.paperSize = way, 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.page_margins.top = sheet.page_margins.bottom = 0.6
    sheet.oddFooter.left.text, sheet.oddFooter.right.text = name, words["page"]


def _without_clock(raw: bytes) -> bytes:
    """Replace the times of writing that the writer and the zip leave behind."""
    fixed = BytesIO()
    with ZipFile(BytesIO(raw)) as source, ZipFile(fixed, "w") as target:
        for name in sorted(source.namelist()):
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT[\d:.]+Z", WRITTEN, content)
            entry = ZipInfo(name, STAMP)
            entry.compress_type, entry.create_system = ZIP_DEFLATED, 3
            target.writestr(entry, content)
    return fixed.getvalue()
