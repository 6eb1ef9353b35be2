"""A new file, looked at: how to read it, and what its columns hold."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from oncohort.errors import DeliveryRefused
from oncohort.onboard.column_profile import Column, is_null_word
from oncohort.onboard.header import Header, find_header
from oncohort.onboard.raw_text import HEAD_ROWS, RawTable, raw_text
from oncohort.receive.source_table import tidy

if TYPE_CHECKING:
    from oncohort.receive.source_table import SourceTable

MAX_ROWS = 50_000
_FORMATS = dict.fromkeys((".xlsx", ".xlsm", ".xlsb", ".ods"), "xlsx")
_FORMATS |= {".xls": "xls", ".sav": "sav", ".zsav": "sav", ".parquet": "parquet"}
_TEXT = {".csv", ".tsv", ".txt", ".tab", ".dat", ""}


@dataclass
class Look:
    """One file or sheet: settings for `site.yml` with reasons, and its columns.

    `when` limits it to some of its rows (REDCap's instruments); `left` is what only a
    person can tell.
    """

    file: str
    raw: RawTable
    columns: list[Column]
    sheet: str = ""
    header: list[str] = field(default_factory=list)
    null_words: list[str] = field(default_factory=list)
    ignore: list[tuple[str, list[str]]] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    n_rows: int = 0
    topics: tuple[str, ...] = ()
    when: tuple[str, str] | None = None

    @property
    def shown(self) -> str:
        """The file, the sheet, the instrument, as shown."""
        part = f" [{self.sheet}]" if self.sheet else ""
        if self.when:
            part += f" ({self.when[0]}: {self.when[1] or 'empty'})"
        return f"{self.file}{part}"


def format_of(path: Path) -> str | None:
    """Return the format that a file's name tells; None if it is no data."""
    name = path.name.lower().removesuffix(".gz")
    suffix = Path(name).suffix
    if suffix in _FORMATS and not path.name.lower().endswith(".gz"):
        return _FORMATS[suffix]
    return "csv" if suffix in _TEXT else None


def looks(
    path: Path, name: str, labels: dict[str, list[str]], dictionary: Path | None = None
) -> Iterator[Look]:
    """Yield a look at each sheet of a file; `labels` are further names of columns.

    `dictionary` is REDCap's, if these are files of a REDCap project.

    Raises
    ------
    DeliveryRefused
        If the file cannot be read at all.
    """
    kind = format_of(path)
    if kind == "csv":
        yield _look(path, name, raw_text(path), "csv", "", labels, dictionary)
    elif kind in ("xlsx", "xls"):
        from oncohort.receive.read_workbook import all_sheets

        for sheet, rows in all_sheets(path, name):
            raw = RawTable(rows=list(enumerate(rows[:HEAD_ROWS], start=1)))
            if any(map(any, rows[:HEAD_ROWS])):
                yield _look(path, name, raw, kind, sheet, labels)
    elif kind == "sav":
        yield _look(path, name, RawTable(), kind, "", _sav_labels(path))
    elif kind:
        yield _look(path, name, RawTable(), kind, "", labels)


def _sav_labels(path: Path) -> dict[str, list[str]]:
    """Return the labels of an SPSS file's variables."""
    import pyreadstat

    try:
        _, meta = pyreadstat.read_sav(str(path), metadataonly=True)
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, ValueError):
        return {}  # the reader will say what is wrong
    labels = meta.column_names_to_labels
    return {tidy(name): [label] for name, label in labels.items() if label}


def _look(
    path: Path,
    name: str,
    raw: RawTable,
    kind: str,
    sheet: str,
    labels: dict[str, list[str]],
    dictionary: Path | None = None,
) -> Look:
    header = Header()
    if raw.rows:
        # blank rows are no rows, but count as lines
        kept = [(line, cells) for line, cells in raw.rows if any(map(str.strip, cells))]
        header = find_header([cells for _, cells in kept])
        _set_header(raw, header, [line for line, _ in kept])
    of_sheet = {"sheet": sheet} if sheet else {}
    raw.settings = {"format": kind, **of_sheet, **raw.settings}
    source = read(path, name, raw.settings)
    rows = _labelled(_rows(source, raw), source, dictionary)
    found = Look(name, raw, [], sheet, source.header, n_rows=len(rows), rows=rows)
    _ignore_odd_rows(found, source, rows)
    found.null_words = _null_words(found.rows)
    if source.header == [tidy(word) for word in header.names] and header.labels:
        own = {
            word: [text for text in header.labels[c] if text]
            for c, word in enumerate(source.header)
        }
        labels = labels | {word: [*own[word], *labels.get(word, [])] for word in own}
    profile(found, labels)
    return found


def _rows(source: SourceTable, raw: RawTable) -> list[list[str]]:
    """Return the rows; what keeps some from being read is left for a person."""
    rows = []
    try:
        rows = [cells for _, cells in islice(source.rows, MAX_ROWS)]
    except DeliveryRefused as refusal:
        raw.left.append(f"the file cannot be read to its end: {refusal.message}")
    if source.refused:
        line, (reason, _) = next(iter(source.refused.items()))
        raw.left.append(
            f"{len(source.refused)} rows do not fit the header and will be refused, "
            f"the first in line {line}: {reason}"
        )
    return rows


def _labelled(
    rows: list[list[str]], source: SourceTable, dictionary: Path | None
) -> list[list[str]]:
    """Return the rows with what codes stand for, as `receive` lands them."""
    from oncohort.receive.redcap import redcap_labels

    labels = source.labels
    if dictionary:
        labels = redcap_labels(dictionary, dictionary.name, source.header)
    if not labels:
        return rows
    nothing: dict[str, str] = {}
    return [
        [labels.get(at, nothing).get(cell.strip(), cell) for at, cell in enumerate(row)]
        for row in rows
    ]


def read(path: Path, name: str, settings: dict[str, str]) -> SourceTable:
    """Return the table as `receive` will read it with these settings."""
    from oncohort.receive.delivery import READERS
    from oncohort.receive.site_config import FileConfig, _read

    config = FileConfig(match=name, tables=(), **_read(settings))
    return READERS[config.format](path, name, config)


def _set_header(raw: RawTable, header: Header, lines: list[int]) -> None:
    first, data = lines[header.first], header.data
    if first > 1:
        raw.set("header_line", str(first), "the lines above are titles or comments")
    if header.n_rows > 1:
        raw.set("header_rows", str(header.n_rows), "one row alone does not tell apart")
    if data < len(lines) and lines[data] > first + header.n_rows:
        raw.set("data_line", str(lines[data]), "the lines between still name columns")


def _ignore_odd_rows(found: Look, source: SourceTable, rows: list[list[str]]) -> None:
    """Set `ignore_rows` for repeated headers and totals; take them out of the rows."""
    from oncohort.onboard.header import TOTALS

    names = sources_of(source.header)
    kept = []
    for cells in rows:
        texts = [cell.strip() for cell in cells]
        at = next((c for c, text in enumerate(texts) if text), None)
        is_repeat = at is not None and texts == source.header
        if is_repeat or (at is not None and at < 2 and TOTALS.fullmatch(texts[at])):
            words = dict(found.ignore).get(names[at])
            if words is None:
                words = []
                found.ignore.append((names[at], words))
            if texts[at] not in words:
                words.append(texts[at])
        else:
            kept.append(cells)
    found.rows = kept


def _null_words(rows: list[list[str]]) -> list[str]:
    """Return the words that say nothing is known; `-` is a result beside `+`."""
    words = Counter(cell.strip() for row in rows for cell in row)
    found = [word for word in words if word and len(word) < 30 and is_null_word(word)]
    if any(re.fullmatch(r"[(（]?\++[)）]?", word) for word in words):
        found = [word for word in found if word != "-"]
    return ["", *sorted(found)]


def sources_of(header: list[str]) -> list[str]:
    """Return how `site.yml` names each column; one that repeats by its place too."""
    seen: Counter[str] = Counter()
    named = []
    for name in header:
        seen[name] += 1
        named.append(f"{name}#{seen[name]}" if header.count(name) > 1 else name)
    return named


def profile(found: Look, labels: dict[str, list[str]]) -> None:
    """Set the columns of a look from its rows."""
    nulls, header = set(found.null_words), found.header
    for at, source in enumerate(sources_of(header)):
        if not header[at]:
            continue
        texts = [row[at].strip() for row in found.rows if at < len(row)]
        counts = Counter(text for text in texts if text not in nulls)
        # a checkbox has the label of its question
        question = labels.get(field_of(header[at]), ())
        further = tuple(labels.get(header[at]) or question)
        found.columns.append(
            Column(header[at], further, counts, len(texts), source=source)
        )


def field_of(name: str) -> str:
    """Return the field of a column: of a REDCap checkbox, its question."""
    return name.partition("___")[0]
