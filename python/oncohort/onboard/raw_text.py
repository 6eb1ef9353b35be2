"""A delimited file nobody described: its encoding, delimiter and first rows."""

import codecs
import csv
import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from oncohort.receive.source_table import opened

HEAD_BYTES = 4 << 20
HEAD_ROWS = 2_000
_DELIMITERS = {",": ",", ";": ";", "\t": "tab", "|": "|"}
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass
class RawTable:
    """The first rows of a file or sheet, and the settings that read them.

    `reasons` has a reason for each setting; `left` what only a person can tell.
    `rows` are line and cells, as sent.
    """

    settings: dict[str, str] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)
    rows: list[tuple[int, list[str]]] = field(default_factory=list)

    def set(self, setting: str, text: str, reason: str) -> None:
        """Note a setting with its reason."""
        self.settings[setting], self.reasons[setting] = text, reason


def raw_text(path: Path) -> RawTable:
    """Return the first rows of a delimited file, plain or `.gz`."""
    with opened(path) as file:
        data = file.read(HEAD_BYTES)
        is_whole = not file.read(1)
    table = RawTable()
    _set_encoding(table, data, is_whole)
    text = _decoded(data, table.settings["encoding"]) or ""
    lines = re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$", text)
    if not is_whole:
        lines = lines[:-1]
    _set_delimiter(table, lines)
    table.rows = _rows(table, lines)
    return table


def _decoded(data: bytes, encoding: str) -> str | None:
    """Return the text, a character cut at the end left out; None if it is not."""
    name = "utf-8-sig" if encoding == "utf-8" else encoding
    try:
        return codecs.getincrementaldecoder(name)().decode(data, final=False)
    except UnicodeError:
        return None


def _set_encoding(table: RawTable, data: bytes, is_whole: bool) -> None:
    for mark, name in _BOMS:
        if data.startswith(mark):
            return table.set("encoding", name, "the file starts with its mark")
    for name, zeros in (("utf-16-le", data[1::2]), ("utf-16-be", data[::2])):
        if zeros and zeros.count(0) > 0.4 * len(zeros):
            return table.set("encoding", name, "every other byte is NUL")
    if _decoded(data, "utf-8") is not None:
        high = any(byte > 127 for byte in data)
        said = "every byte is valid UTF-8" if high else "ASCII only, read as UTF-8"
        return table.set("encoding", "utf-8", said)
    runs = re.findall(rb"[\x80-\xff]+", data)
    pairs = [run for run in runs if len(run) % 2 == 0 and min(run) >= 0xA1]
    share = sum(map(len, pairs)) / sum(map(len, runs))
    # two letters with accents inside a word (`planmäßig`) look like a Chinese pair
    inside = re.findall(rb"(?<=[a-z])[\x80-\xff]{1,2}(?=[a-z])", data)
    if sum(map(len, inside)) > 0.2 * sum(map(len, runs)):
        share = 0.0
    western = "cp1252" if re.search(rb"[\x80-\x9f]", data) else "latin-1"
    if _decoded(data, western) is None:
        western = "latin-1"
    is_chinese = share > 0.6 and _decoded(data, "gb18030") is not None
    table.set(
        "encoding",
        "gb18030" if is_chinese else western,
        f"not UTF-8; {share:.0%} of the bytes above 127 stand in pairs as in Chinese",
    )
    if 0.3 < share < 0.9 or not is_chinese:
        table.left.append(
            f"encoding: {table.settings['encoding']} is the likeliest; every one-byte "
            "encoding reads this file, so look whether names and words look right"
        )


def _set_delimiter(table: RawTable, lines: list[str]) -> None:
    scored = []
    for sign, word in _DELIMITERS.items():
        for quote in ('"', "none"):
            sizes = Counter(len(row) for _, row in _split(lines[:400], sign, quote))
            sizes.pop(0, None)
            if not sizes:
                continue
            width, n = max(sizes.items(), key=lambda item: item[1] * (item[0] > 1))
            share = n / sum(sizes.values())
            # a header and rows of one width; more columns break ties
            scored.append((width > 1, round(share, 1), width, quote == '"', word))
    best = max(scored, default=(False, 0, 1, True, ","))
    sign = {word: sign for sign, word in _DELIMITERS.items()}[best[4]]
    lone = not best[0]
    said = "one column only" if lone else f"{best[1]:.0%} of rows: {best[2]} fields"
    table.set("delimiter", best[4], said)
    plain = len(_split(lines, sign, "none"))
    if best[0] and any('"' in line for line in lines):
        quoted = len(_split(lines, sign, '"'))
        if not best[3] or quoted < plain / 20:
            said = "a quote is opened and never closed: quotes are plain characters"
            table.set("quote", "none", said)


def _split(lines: list[str], sign: str, quote: str) -> list[tuple[int, list[str]]]:
    quoting = csv.QUOTE_NONE if quote == "none" else csv.QUOTE_MINIMAL
    csv.field_size_limit(HEAD_BYTES)
    reader = csv.reader(lines, delimiter=sign, quoting=quoting)
    found, line = [], 1
    try:
        for row in islice(reader, HEAD_ROWS):
            found.append((line, row))
            line = reader.line_num + 1
    except csv.Error:
        pass
    return found


def _rows(table: RawTable, lines: list[str]) -> list[tuple[int, list[str]]]:
    word = table.settings["delimiter"]
    sign = "\t" if word == "tab" else word
    return _split(lines, sign, table.settings.get("quote", '"'))
