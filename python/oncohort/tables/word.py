"""A table as a Word document: real cells, a head that repeats, the notes below it."""

import io
import zipfile
from typing import TYPE_CHECKING, Any

from oncohort.tables.read_page import Cell, Table, place

if TYPE_CHECKING:
    from docx.document import Document

FONT, SIZE = "Arial", 8
# more columns, or more characters side by side, do not fit upright A4
UPRIGHT_COLUMNS, UPRIGHT_CHARACTERS = 6, 115
# a column is at least and at most so many characters wide; longer texts are broken
NARROWEST, WIDEST = 6, 36
MARGIN_MM = 18
# the oldest date that a zip can carry: the same table gives the same bytes
NO_DATE = (1980, 1, 1, 0, 0, 0)


def word_bytes(table: Table) -> bytes:
    """Return the table as a .docx file; the same table gives the same bytes."""
    import docx
    from docx.enum.section import WD_ORIENT
    from docx.shared import Mm, Pt

    document = docx.Document()
    document.core_properties.author = "oncohort"
    document.core_properties.title = table.caption
    style = document.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(SIZE)
    style.paragraph_format.space_after = Pt(2)
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    widths = _widths(table)
    if len(widths) > UPRIGHT_COLUMNS or sum(widths) > UPRIGHT_CHARACTERS:
        page.orientation = WD_ORIENT.LANDSCAPE
        page.page_width, page.page_height = Mm(297), Mm(210)
    for side in ("left", "right", "top", "bottom"):
        setattr(page, f"{side}_margin", Mm(MARGIN_MM))
    title = document.add_paragraph()
    title.add_run(table.caption).bold = True
    if table.marks:
        document.add_paragraph().add_run(". ".join(table.marks)).italic = True
    room = (page.page_width - 2 * Mm(MARGIN_MM)) / sum(widths)
    _fill(document, table, [int(room * each) for each in widths])
    for note in table.notes:
        document.add_paragraph(note)
    written = io.BytesIO()
    document.save(written)
    return _undated(written)


def _n_columns(table: Table) -> int:
    return 1 + max(column for _, column in place(table.head + table.body))


def _widths(table: Table) -> list[int]:
    """Characters of each column's longest cell; a head is broken between words."""
    found = [NARROWEST] * _n_columns(table)
    for rows, is_head in ((table.head, True), (table.body, False)):
        for (_, column), cell in place(rows).items():
            parts = cell.text.split() if is_head else [cell.text]
            if cell.columns == 1:
                found[column] = max(found[column], *map(len, parts), 0)
    return [min(each, WIDEST) for each in found]


def _fill(document: "Document", table: Table, widths: list[int]) -> None:
    """Cells with their spans; lines above and below the head and at the end."""
    rows = table.head + table.body
    placed = place(rows)
    made = document.add_table(len(rows), len(widths))
    made.autofit = True
    # looked up once: each look-up by row and column walks the whole table
    cells = [row.cells for row in made.rows]
    for column, width in enumerate(widths):
        made.columns[column].width = width
        for row in cells:
            row[column].width = width
    done: set[int] = set()
    for (row, column), cell in placed.items():
        if id(cell) in done:
            continue
        done.add(id(cell))
        target = cells[row][column]
        if cell.rows > 1 or cell.columns > 1:
            last = min(row + cell.rows, len(rows)) - 1, column + cell.columns - 1
            target = target.merge(cells[last[0]][last[1]])
        _write(target, cell, column, is_bold=cell.is_bold or row < len(table.head))
    for number, row in enumerate(made.rows):
        edges = {"top": number == 0, "bottom": number in _ruled(table)}
        _row_properties(row._tr, number < len(table.head))
        for cell in cells[number]:
            _lines(cell._tc, [name for name, is_there in edges.items() if is_there])


def _ruled(table: Table) -> tuple[int, int]:
    n_head = len(table.head)
    return n_head - 1, n_head + len(table.body) - 1


def _write(target: Any, cell: Cell, column: int, is_bold: bool) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm

    paragraph = target.paragraphs[0]
    paragraph.paragraph_format.space_after = 0
    paragraph.add_run(cell.text).bold = is_bold or None
    if column:
        spans = cell.is_head and cell.columns > 1
        right, centre = WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.CENTER
        paragraph.alignment = centre if spans else right
    elif cell.is_indented:
        paragraph.paragraph_format.left_indent = Mm(4)


def _row_properties(row: Any, is_head: bool) -> None:
    """A row is not torn apart between pages; the head stands on each of them."""
    from docx.oxml import OxmlElement

    properties = row.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    if is_head:
        properties.append(OxmlElement("w:tblHeader"))


def _lines(cell: Any, edges: list[str]) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    properties = cell.get_or_add_tcPr()
    if not edges or properties.find(qn("w:tcBorders")) is not None:
        return
    borders = OxmlElement("w:tcBorders")
    for edge in edges:
        line = OxmlElement(f"w:{edge}")
        for name, value in {"val": "single", "sz": "8", "space": "0"}.items():
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    properties.append(borders)


def _undated(written: io.BytesIO) -> bytes:
    """The same document with a fixed date for each of its parts."""
    plain = io.BytesIO()
    with zipfile.ZipFile(written) as old, zipfile.ZipFile(plain, "w") as new:
        for name in old.namelist():
            part = zipfile.ZipInfo(name, NO_DATE)
            part.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(part, old.read(name))
    return plain.getvalue()
