"""Columns that belong together: numbered ones, checkboxes, REDCap's instruments."""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from oncohort.onboard.column_profile import Column
from oncohort.onboard.look import Look, part_of

_REPEAT_COLUMNS = ("redcap_repeat_instrument", "Repeat Instrument")
_ORDINALS = [*"一二三四五六七八九", "first", "second", "third", "fourth", "fifth"]
_COUNTER = re.compile(
    r"(?<!\d)\d{1,2}(?!\d)|[一二三四五六七八九](?=线)|"
    r"(?<![a-z])(first|second|third|fourth|fifth)(?![a-z])",
    re.I,
)
_FIELD, _LABEL = "Variable / Field Name", "Field Label"


def dictionary_of(paths: Iterable[Path]) -> tuple[Path, dict[str, list[str]]] | None:
    """Return a REDCap data dictionary among files: field -> label and form."""
    for path in paths:
        if path.suffix.lower() != ".csv" or path.stat().st_size > 8 << 20:
            continue
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                rows = csv.DictReader(file)
                names = rows.fieldnames or []
                if _FIELD not in names or _LABEL not in names:
                    continue
                found = {
                    (row[_FIELD] or "").strip(): [
                        re.sub(r"<[^>]{0,200}>", " ", row[_LABEL] or "").strip(),
                    ]
                    for row in rows
                }
        except (UnicodeDecodeError, csv.Error):
            continue
        return path, found
    return None


def parts(look: Look) -> Iterator[Look]:
    """Yield a look per REDCap instrument, or the look itself."""
    column = next((name for name in _REPEAT_COLUMNS if name in look.header), None)
    if column is None:
        yield look
        return
    at = look.header.index(column)
    for value in dict.fromkeys(row[at].strip() for row in look.rows):
        yield part_of(look, column, value)


def with_families(columns: list[Column], has_dictionary: bool) -> list[Column]:
    """Return the columns, those that repeat (`drug1`, `drug2`) merged into one each.

    Checkboxes of one question too, if a dictionary gives their labels; else each is
    named by its choice.
    """
    members: dict[str, dict[str, Column]] = {}
    for column in columns:
        for match in _COUNTER.finditer(column.source):
            template = (
                f"{column.source[: match.start()]}{{}}{column.source[match.end() :]}"
            )
            members.setdefault(template, {})[match.group()] = column
    merged: dict[str, Column] = {}
    for question, found in _checkboxes(columns).items():
        if has_dictionary:
            family = _family(f"{question}___{{}}", found)
            merged |= {column.source: family for column in found.values()}
        for choice, column in found.items():
            named = replace(column, name=f"{choice} {question}", labels=())
            merged.setdefault(column.source, named)
    for template, found in sorted(members.items(), key=lambda item: -len(item[1])):
        is_free = not any(column.source in merged for column in found.values())
        if _is_run(list(found)) and is_free and template.count("{") == 1:
            family = _family(template, found)
            merged |= {column.source: family for column in found.values()}
    kept = [merged.get(column.source, column) for column in columns]
    return list({column.source: column for column in kept}.values())


def _is_run(words: list[str]) -> bool:
    places = sorted(_place(word) for word in words)
    return len(places) > 1 and places[0] in (0, 1) and places == list(
        range(places[0], places[0] + len(places))
    )  # fmt: skip


def _place(word: str) -> int:
    lower = word.lower()
    return int(word) if word.isdecimal() else _ORDINALS.index(lower) % 9 + 1


def _family(template: str, found: dict[str, Column]) -> Column:
    ordered = list(found.values())
    counts = sum((column.counts for column in ordered[1:]), ordered[0].counts.copy())
    stem = re.sub(r"[\s_.\-#]*\{\}[\s_.\-]*(线|line)?", " ", template).strip()
    return Column(
        name=stem or template,
        labels=ordered[0].labels,
        counts=counts,
        n_rows=sum(column.n_rows for column in ordered),
        source=template,
        words=tuple(found),
    )


def _checkboxes(columns: list[Column]) -> dict[str, dict[str, Column]]:
    """Return the question -> choice -> column of REDCap's checkboxes."""
    found: dict[str, dict[str, Column]] = {}
    for column in columns:
        raw = re.fullmatch(r"(.+)___(.+)", column.name)
        labelled = re.fullmatch(r"(.+?)\s*\(choice=(.+)\)", column.name)
        if raw or labelled:
            question, choice = (raw or labelled).groups()
            found.setdefault(question, {})[choice] = column
    return {question: boxes for question, boxes in found.items() if len(boxes) > 1}
