"""Columns that belong together: numbered ones, checkboxes, REDCap's instruments."""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from oncohort.onboard.column_profile import Column
from oncohort.onboard.look import Look, part_of

_REPEAT_COLUMNS = ("redcap_repeat_instrument", "Repeat Instrument")
_FIELD, _LABEL, _FORM = "Variable / Field Name", "Field Label", "Form Name"


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
    header = [column.name for column in look.columns]
    column = next((name for name in _REPEAT_COLUMNS if name in header), None)
    if column is None or len(look.columns) != len(set(header)):
        yield look
        return
    if any(len(row) != len(header) for row in look.rows[:1]):
        yield look
        return
    at = header.index(column)
    for value in dict.fromkeys(row[at].strip() for row in look.rows):
        yield part_of(look, column, value, header)


def with_families(columns: list[Column]) -> list[Column]:
    """Return the columns, numbered ones (`drug1`, `drug2` ...) merged into one each."""
    members: dict[str, dict[str, Column]] = {}
    for column in columns:
        for match in re.finditer(r"(?<!\d)\d{1,2}(?!\d)", column.source):
            template = column.source[: match.start()] + "{}" + column.source[match.end() :]
            members.setdefault(template, {})[match.group()] = column
    merged: dict[str, Column] = {}
    for template, found in sorted(members.items(), key=lambda item: -len(item[1])):
        numbers = sorted(map(int, found))
        is_run = numbers[0] in (0, 1) and numbers == list(
            range(numbers[0], numbers[0] + len(numbers))
        )
        is_free = not any(column.source in merged for column in found.values())
        if len(found) > 1 and is_run and is_free and "{" not in template.replace("{}", ""):
            family = _family(template, found)
            merged |= {column.source: family for column in found.values()}
    kept = [merged.get(column.source, column) for column in columns]
    return list({column.source: column for column in kept}.values())


def _family(template: str, found: dict[str, Column]) -> Column:
    ordered = [found[word] for word in sorted(found, key=int)]
    counts = sum((column.counts for column in ordered[1:]), ordered[0].counts.copy())
    stem = re.sub(r"[\s_.\-#]*\{\}[\s_.\-]*", " ", template).strip()
    return Column(
        name=stem or template,
        labels=ordered[0].labels,
        counts=counts,
        n_rows=sum(column.n_rows for column in ordered),
        source=template,
        words=tuple(sorted(found, key=int)),
    )


def checkboxes(columns: list[Column]) -> dict[str, list[tuple[str, Column]]]:
    """Return the question -> choice and column of REDCap's checkboxes."""
    found: dict[str, list[tuple[str, Column]]] = {}
    for column in columns:
        raw = re.fullmatch(r"(.+)___(.+)", column.name)
        labelled = re.fullmatch(r"(.+?)\s*\(choice=(.+)\)", column.name)
        if raw or labelled:
            question, choice = (raw or labelled).groups()
            found.setdefault(question, []).append((choice, column))
    return found


def question_of(question: str, choices: list[tuple[str, Column]]) -> Column:
    """Return the checkboxes of a question as one column, whose words are choices."""
    first = choices[0][1]
    return replace(
        first, name=question, source=f"{question}___{{}}", words=tuple(c for c, _ in choices)
    )
