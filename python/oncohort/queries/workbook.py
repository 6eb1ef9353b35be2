"""The feedback workbook: XLSX whose bytes depend on its content alone."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from io import BytesIO
from typing import Any

from oncohort.judge.wording import SEVERITIES
from oncohort.queries.pending import Query
from oncohort.queries.texts import ANSWERS, texts
from oncohort.receive.site_config import SiteConfig
from oncohort.safe_cells import is_formula, plain_text, shown_width
from oncohort.without_clock import workbook_without_clock

MAX_CHARACTERS = 1000
COVER = ("site", "workbook", "as_of", "issued", "counts")
WIDTHS = {
    "no": 5,
    "severity": 9,
    "delivered": 11,
    "file": 17,
    "sheet": 11,
    "line": 7,
    "record_no": 13,
    "field": 15,
    "value": 15,
    "related": 18,
    "message": 32,
    "remedy": 30,
    "first_seen": 11,
    "answer": 17,
    "comment": 28,
    "query_id": 9,
}
_FILLS = {
    "critical": "F4B6B0",
    "major": "FBD9A6",
    "minor": "FFF4C2",
    "answer": "EAF3FB",
    "comment": "EAF3FB",
    "head": "DDE3EA",
}
_WARNING, _GREY = "FFE0A0", "5A626C"
_LINE_HEIGHT = 15


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
    return workbook_without_clock(raw.getvalue())


def _write_cover(sheet: Any, site: SiteConfig, facts: dict[str, str]) -> None:
    from openpyxl.styles import PatternFill

    words = texts(site.language)
    sheet.title = words["cover_sheet"]
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 26, 84
    sheet.sheet_view.showGridLines = False
    _put(sheet, 1, 1, words["title"], bold=True, size=16)
    row = 2
    if site.is_made_up:
        for column, text in enumerate((words["made_up"], ""), start=1):
            cell = _put(sheet, row, column, text, bold=True)
            cell.fill = PatternFill("solid", fgColor=_WARNING)
        row += 1
    for key, text in facts.items():
        row += 1
        _put(sheet, row, 1, words[key], color=_GREY)
        _put(sheet, row, 2, text)
    for head in ("what", "how", "whom"):
        row += 2
        _put(sheet, row, 1, words[f"{head}_head"], bold=True)
        lines = [key for key in words if re.fullmatch(rf"{head}(_\d)?", key)]
        for number, key in enumerate(lines):
            _put(sheet, row + number, 2, words[key]).alignment = _wrapped()
            sheet.row_dimensions[row + number].height = _height([84], [words[key]])
        row += len(lines) - 1
    _fit_to_page(sheet, "portrait", facts["workbook"], words)


def _write_queries(
    sheet: Any, words: dict[str, str], name: str, queries: list[Query]
) -> None:
    from openpyxl.styles import Border, PatternFill, Side

    line, wrapped = Side("thin", color="C3CAD2"), _wrapped()
    frame = Border(top=line, bottom=line, left=line, right=line)
    fills = {key: PatternFill("solid", fgColor=rgb) for key, rgb in _FILLS.items()}
    for row, query in enumerate([None, *queries], start=1):
        shown = {
            key: _content(key, row - 1, query, words) if query else words[key]
            for key in WIDTHS
        }
        for column, (key, content) in enumerate(shown.items(), start=1):
            look = {} if query else {"bold": True}
            look = {"size": 7, "color": _GREY} if key == "query_id" else look
            cell = _put(sheet, row, column, content, **look)
            cell.border = frame
            if key != "query_id":
                cell.alignment = wrapped
            fill = key if query else "head"
            fill = query.severity if query and key == "severity" else fill
            if fill in fills:
                cell.fill = fills[fill]
        del shown["query_id"]
        sheet.row_dimensions[row].height = _height(WIDTHS.values(), shown.values())
    for key, width in WIDTHS.items():
        sheet.column_dimensions[_letter(key)].width = width
    has_sheets = any(query.sheet for query in queries)
    sheet.column_dimensions[_letter("sheet")].hidden = not has_sheets
    sheet.freeze_panes = "B2"
    last = len(queries) + 1
    sheet.auto_filter.ref = f"A1:{_letter('query_id')}{last}"
    sheet.print_area = f"A1:{_letter('comment')}{last}"
    sheet.print_title_rows = "1:1"
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


def _put(sheet: Any, row: int, column: int, content: Any, **look: Any) -> Any:
    """Write a cell; a text is stored as text, whatever it starts with."""
    cell = sheet.cell(row, column)
    cell.font = _font(**look)
    if not isinstance(content, str):
        cell.value = content
        return cell
    text = plain_text(content[:MAX_CHARACTERS])
    cell.value = f"{text}…" if len(content) > MAX_CHARACTERS else text
    cell.data_type, cell.number_format = "s", "@"
    cell.quotePrefix = is_formula(content) or is_formula(text)
    return cell


@lru_cache
def _font(size: int = 10, bold: bool = False, color: str = "000000") -> Any:
    from openpyxl.styles import Font

    return Font(name="Arial", size=size, bold=bold, color=color)


@lru_cache
def _wrapped() -> Any:
    from openpyxl.styles import Alignment

    return Alignment(wrap_text=True, vertical="top", horizontal="left")


def _height(widths: Iterable[float], contents: Iterable[Any]) -> float:
    """Return the height of a row whose texts wrap; not every program sees to it."""
    lines = [
        math.ceil(shown_width(str(content)[:MAX_CHARACTERS]) / width)
        for content, width in zip(contents, widths, strict=False)
        if content is not None
    ]
    return max(lines) * _LINE_HEIGHT + 2


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
    sheet.page_margins.top = sheet.page_margins.bottom = 0.7
    sheet.page_margins.footer = 0.3
    sheet.oddFooter.left.text, sheet.oddFooter.right.text = name, words["page"]
