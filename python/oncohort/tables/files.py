"""Files of the tables of a page, and the links to them under each table."""

import csv
import hashlib
import io
import os
import re
from functools import cache
from importlib.metadata import version
from pathlib import Path

from oncohort.figures.look import BEFORE
from oncohort.safe_cells import csv_cell
from oncohort.tables.read_page import Table, page_tables
from oncohort.tables.standalone import standalone_html
from oncohort.tables.word import word_bytes

SETTERS = ("standalone.py", "word.py", "read_page.py")
_END = re.compile(r"</table>(\s*</div>)?")


def with_table_files(page: str, folder: Path, prefix: str) -> str:
    """Write each journal table of a page as DOCX, HTML and CSV; return it with links.

    A journal table has the class `numeric`, a caption and results in it. Files are
    named by `prefix`, the id of the section, and a number from the section's second
    table on.
    """
    folder.mkdir(parents=True, exist_ok=True)
    seen: dict[str, int] = {}
    links = []
    for table in page_tables(page):
        if not (table.is_numeric and table.caption and table.n_numbers):
            links.append("")
            continue
        seen[table.section] = number = seen.get(table.section, 0) + 1
        stem = f"{prefix}_{table.section}" + (f"_{number}" if number > 1 else "")
        written = _write(table, folder / stem)
        shown = ", ".join(
            f'<a href="{folder.name}/{path.name}" download>{kind}</a>'
            for kind, path in written.items()
        )
        links.append(f'\n<p class="files">This table: {shown}.</p>')
    following = iter(links)
    return _END.sub(lambda found: found[0] + next(following), page)


def _write(table: Table, stem: Path) -> dict[str, Path]:
    """Write the files of a table, per kind.

    Where the folder `BEFORE` beside them holds this table made by this code, its DOCX
    and HTML are taken from there.
    """
    written = {
        kind: stem.with_name(f"{stem.name}.{kind.lower()}")
        for kind in ("DOCX", "HTML", "CSV")
    }
    written["CSV"].write_bytes(csv_text(table).encode("utf-8-sig"))
    mark = _made_from(table)
    before = {kind: path.parent / BEFORE / path.name for kind, path in written.items()}
    old = before["HTML"].read_text("utf-8") if before["HTML"].is_file() else ""
    if mark in old and before["DOCX"].is_file():
        for kind in ("DOCX", "HTML"):
            os.replace(before[kind], written[kind])
    else:
        written["DOCX"].write_bytes(word_bytes(table))
        written["HTML"].write_text(standalone_html(table, mark), "utf-8", newline="\n")
    return written


def _made_from(table: Table) -> str:
    """Hash of a table and of the code that sets it."""
    return hashlib.sha256(f"{table!r} {_code()}".encode()).hexdigest()


@cache
def _code() -> str:
    own = [Path(__file__).with_name(name).read_text("utf-8") for name in SETTERS]
    return " ".join([*own, *map(version, ("great_tables", "python-docx"))])


def csv_text(table: Table) -> str:
    """Return the table as CSV: one line of heads, then the rows, spans repeated."""
    columns = zip(*table.head_grid(), strict=True)
    merged = [" | ".join(dict.fromkeys(filter(None, each))) for each in columns]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for row in [merged, *table.body_grid()]:
        writer.writerow([csv_cell(text) for text in row])
    return out.getvalue()
