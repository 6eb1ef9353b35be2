"""Columns that belong together: numbered ones, checkboxes, REDCap's instruments."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from oncohort.errors import DeliveryRefused
from oncohort.onboard.column_profile import Column
from oncohort.onboard.look import Look, field_of, profile
from oncohort.receive.redcap import redcap_fields
from oncohort.receive.source_table import tidy

_REPEAT_COLUMNS = ("redcap_repeat_instrument", "Repeat Instrument")
_ORDINALS = [*"一二三四五六七八九", "first", "second", "third", "fourth", "fifth"]
_COUNTER = re.compile(
    r"(?<!\d)\d{1,2}(?!\d)|[一二三四五六七八九](?=线)|"
    r"(?<![a-z])(first|second|third|fourth|fifth)(?![a-z])",
    re.I,
)


class Dictionary(NamedTuple):
    """A REDCap data dictionary: its file; the label and the form of each field."""

    path: Path
    labels: dict[str, list[str]]
    forms: dict[str, str]


def dictionary_of(paths: Iterable[Path]) -> Dictionary | None:
    """Return the REDCap data dictionary among files, if there is one."""
    for path in paths:
        if path.suffix.lower() != ".csv" or path.stat().st_size > 8 << 20:
            continue
        try:
            fields = redcap_fields(path, path.name)
        except DeliveryRefused:
            continue
        labels, forms = {}, {}
        for name, _, _, label, form in fields:
            labels[tidy(name)] = [tidy(re.sub(r"<[^>]{0,200}>", " ", label))]
            forms[tidy(name)] = form
        return Dictionary(path, labels, forms)
    return None


def parts(look: Look, forms: dict[str, str]) -> Iterator[Look]:
    """Yield a look per REDCap instrument, or the look itself.

    `forms` has the form of each field: one that nobody filled yet has its look, too.
    """
    column = next((name for name in _REPEAT_COLUMNS if name in look.header), None)
    if column is None:
        yield look
        return
    at = look.header.index(column)
    found = [
        part_of(look, column, value, forms)
        for value in dict.fromkeys(row[at].strip() for row in look.rows)
    ]
    yield from found
    seen = {forms.get(field_of(c.name), "") for part in found for c in part.columns}
    for form in dict.fromkeys(forms.values()):
        if form not in seen and any(
            forms.get(field_of(n)) == form for n in look.header
        ):
            yield part_of(look, column, form, forms)


def part_of(look: Look, column: str, value: str, forms: dict[str, str]) -> Look:
    """Return the rows of a look in which a column has a value, with what they fill.

    The empty columns of a filled form stay, if it is known which they are.
    """
    at = look.header.index(column)
    rows = [row for row in look.rows if row[at].strip() == value]
    part = replace(look, columns=[], rows=rows, n_rows=len(rows), when=(column, value))
    part.topics = (value, *look.topics) if value else look.topics
    profile(part, {c.name: list(c.labels) for c in look.columns})
    # what tells a patient stands in every row, whatever the form
    filled = {field_of(c.name) for c in part.columns if c.n_values}
    first = {field_of(look.header[0])}
    known = {forms[name] for name in filled - first if name in forms} or {value}
    kept = [
        c
        for c in part.columns
        if field_of(c.name) in filled | first
        or forms.get(field_of(c.name), None) in known
    ]
    return replace(part, columns=[c for c in kept if c.name != column])


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
