"""The tables of a report page, read back from it: so a file says what the page says."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

# marks of footnotes stay plain text, which every format shows
RAISED = str.maketrans("0123456789abcdefghi", "⁰¹²³⁴⁵⁶⁷⁸⁹ᵃᵇᶜᵈᵉᶠᵍʰⁱ")


@dataclass
class Cell:
    """One cell: its text, how far it reaches, and what it is."""

    text: str = ""
    columns: int = 1
    rows: int = 1
    is_head: bool = False
    is_indented: bool = False
    is_bold: bool = False


@dataclass
class Table:
    """A table with its caption and the notes below its section's tables."""

    section: str
    marks: list[str]
    caption: str = ""
    head: list[list[Cell]] = field(default_factory=list)
    body: list[list[Cell]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    n_numbers: int = 0
    is_numeric: bool = False

    def head_grid(self) -> list[list[str]]:
        """Texts of the head, a cell repeated in every column and row it reaches."""
        return grid(self.head)

    def body_grid(self) -> list[list[str]]:
        """Texts of the body, as those of the head."""
        return grid(self.body)


def grid(rows: list[list[Cell]]) -> list[list[str]]:
    """Texts of some rows; what reaches over several places stands in each."""
    placed = place(rows)
    n_columns = max((column for _, column in placed), default=-1) + 1
    return [
        [placed[number, column].text for column in range(n_columns)]
        for number in range(len(rows))
    ]


def place(rows: list[list[Cell]]) -> dict[tuple[int, int], Cell]:
    """The cell at each place, by row and column."""
    placed: dict[tuple[int, int], Cell] = {}
    for number, row in enumerate(rows):
        column = 0
        for cell in row:
            while (number, column) in placed:
                column += 1
            for down in range(cell.rows):
                for right in range(cell.columns):
                    placed[number + down, column + right] = cell
            column += cell.columns
    return placed


def page_tables(page: str) -> list[Table]:
    """All tables of a page, in order, also those that are no journal tables."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader.tables


class _Reader(HTMLParser):
    """Collects sections' tables and footnotes; the page is ours, so it is regular."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[Table] = []
        # what every table carries away with it
        self.banner: list[str] = []
        self.section, self.marks, self.first = "", [], 0
        self.text: list[str] | None = None
        self.table: Table | None = None
        self.rows: list[list[Cell]] = []
        self.is_raised = self.is_footnotes = self.is_heading = self.is_masked = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        about = {name: value or "" for name, value in attrs}
        classes = about.get("class", "").split()
        if tag == "section":
            self.section, self.marks = about.get("id", ""), [*self.banner]
            self.first = len(self.tables)
        elif tag == "span" and {"tag", "masked"} & {*classes}:
            self.text, self.is_masked = [], "masked" in classes
        elif "made-up" in classes:
            self.banner = ["Made-up patients"]
        elif tag == "div" and "footnotes" in classes:
            self.is_footnotes = True
        elif tag in ("table", "thead", "tbody", "tr", "th", "td"):
            self._in_table(tag, about, classes)
        elif tag == "caption" or (tag == "p" and self.is_footnotes):
            self.text = []
        elif tag == "br" and self.text is not None:
            self.text.append(" ")
        self.is_raised = self.is_raised or tag == "sup"
        if tag == "data" and self.table:
            self.table.n_numbers += 1
        if tag == "strong" and self.table and self.rows[-1]:
            self.rows[-1][-1].is_bold = True

    def _in_table(self, tag: str, about: dict[str, str], classes: list[str]) -> None:
        if tag == "table":
            self.table = Table(self.section, self.marks)
            self.table.is_numeric = "numeric" in classes
            self.tables.append(self.table)
        elif tag in ("thead", "tbody"):
            self.rows = self.table.head if tag == "thead" else self.table.body
        elif tag == "tr":
            self.rows.append([])
            self.is_heading = "heading" in classes
        else:
            size = [int(about.get(name, "1")) for name in ("colspan", "rowspan")]
            about = (
                tag == "th",
                "indented" in classes,
                tag == "th" and self.is_heading,
            )
            self.rows[-1].append(Cell("", *size, *about))
            self.text = []

    def handle_data(self, data: str) -> None:
        if self.text is not None:
            self.text.append(data.translate(RAISED) if self.is_raised else data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "sup":
            self.is_raised = False
        elif tag == "table":
            self.table = None
        elif tag == "div":
            self.is_footnotes = False
        if self.text is None:
            return
        text = re.sub(r"\s+", " ", "".join(self.text)).strip()
        if tag in ("th", "td"):
            self.rows[-1][-1].text = text
        elif tag == "caption" and self.table:
            self.table.caption = text
        elif tag == "p" and self.is_footnotes:
            for table in self.tables[self.first :]:
                table.notes.append(text)
        elif tag == "span" and not self.table:
            (self.banner if self.is_masked else self.marks).append(text)
        else:
            return
        self.text = None
