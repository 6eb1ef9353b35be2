"""What was found in each unit, such as altered genes in samples: counts and shares."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from oncohort.analysis.plan import Analysis, Plan
from oncohort.analysis.results import Place, Result, with_all
from oncohort.analysis.store import StudyTables

ANY = "any"


class Unit(NamedTuple):
    """One unit: its key and group, the measure, values of the tracks' columns."""

    key: str
    group: str
    measure: float | None
    tracks: tuple[Any, ...]


class Found(NamedTuple):
    """Units of the groups of a plan, and what was found in them.

    `marks` is row -> key of the unit -> kinds (ids of the plan's `mark_kinds`).
    """

    units: list[Unit]
    marks: dict[str, dict[str, set[str]]]

    def per_group(self, keys: Any) -> Counter[str]:
        """Return how many units of each group are among the keys."""
        return Counter(unit.group for unit in self.units if unit.key in keys)

    def most_frequent(self, n: int) -> list[str]:
        """Return the rows found in most units, in alphabetical order among equals."""
        return sorted(self.marks, key=lambda row: (-len(self.marks[row]), row))[:n]


def found(analysis: Analysis, data: StudyTables) -> Found:
    """Read units and marks of an analysis.

    Raises
    ------
    ValueError
        If the table of marks lacks a column, or holds a kind that the plan lacks.
    """
    marks, groups = analysis.marks, {group.value for group in analysis.groups}
    columns = [marks.key, analysis.arm_column]
    columns += [each.column for each in (*analysis.measures, *analysis.variables)]
    names = (", ".join(f'"{name}"' for name in each) for each in (columns, marks[1:4]))
    of_units, of_marks = names
    n = len(analysis.measures)
    units = [
        Unit(key, group, values[0] if n else None, tuple(values[n:]))
        for key, group, *values in data.select(
            of_units, analysis.population, analysis.table
        )
        if group in groups
    ]
    known = data.columns(marks.table)
    if missing := set(marks[1:4]) - set(known):
        raise ValueError(f"{marks.table} has no column {', '.join(sorted(missing))}")
    ids = {value: kind.id for kind in analysis.mark_kinds for value in kind.values}
    keys = {unit.key for unit in units}
    rows: dict[str, dict[str, set[str]]] = {}
    for key, row, kind in data.select(of_marks, table=marks.table):
        if kind not in ids:
            raise ValueError(
                f"{marks.table}.{marks.kind} holds {kind!r}, which the plan's"
                " mark_kinds do not name: add it to one"
            )
        if key in keys:
            rows.setdefault(row, {}).setdefault(key, set()).add(ids[kind])
    return Found(units, rows)


def oncoplot(
    place: Place, plan: Plan, analysis: Analysis, data: StudyTables
) -> Iterator[Result]:
    """Units per group; those with any mark; per row shown, units with it and share."""
    all_found, unit = found(analysis, data), analysis.marks.unit_label
    sizes = _sizes(analysis, all_found)
    for group, n in sizes.items():
        here = place.at(variable=unit, arm=group)
        yield here.count("n", n, n, f"count of {unit}", unit)
    marked = {key for units in all_found.marks.values() for key in units}
    shown = {row: set(all_found.marks[row]) for row in all_found.marks}
    rows = all_found.most_frequent(analysis.rows_shown)
    for row, keys in {ANY: marked, **{row: shown[row] for row in rows}}.items():
        inside = all_found.per_group(keys)
        per_group = with_all(
            {each.value: inside[each.value] for each in analysis.groups}
        )
        here = place.at(variable=analysis.marks.row, level=as_level(row))
        for group, n in per_group.items():
            yield from _counted(here.at(arm=group), n, sizes[group], unit)


def distribution(
    place: Place, plan: Plan, analysis: Analysis, data: StudyTables
) -> Iterator[Result]:
    """Per kind and group: marks of the kind, and their share of all marks."""
    all_found = found(analysis, data)
    group_of = {unit.key: unit.group for unit in all_found.units}
    counts: Counter[tuple[str, str]] = Counter(
        (group_of[key], kind)
        for units in all_found.marks.values()
        for key, kinds in units.items()
        for kind in kinds
    )
    groups = [group.value for group in analysis.groups]
    ids = [kind.id for kind in analysis.mark_kinds]
    totals = with_all({g: sum(counts[g, kind] for kind in ids) for g in groups})
    what = f"{analysis.marks.row_label} by kind"
    for group, n in _sizes(analysis, all_found).items():
        here = place.at(variable=analysis.marks.unit_label, arm=group)
        unit = analysis.marks.unit_label
        yield here.count("n", n, n, f"count of {unit}", unit)
        here = place.at(variable=analysis.marks.kind, arm=group)
        yield here.count("n", totals[group], None, f"count of {what}", "marks")
    for kind in ids:
        per_group = with_all({group: counts[group, kind] for group in groups})
        for group, n in per_group.items():
            here = place.at(variable=analysis.marks.kind, level=kind, arm=group)
            yield from _counted(here, n, totals[group], "marks")


def as_level(row: str) -> str:
    """Return a row as a part of a result id."""
    return re.sub(r"[^A-Za-z0-9]+", "_", row) or "none"


def _sizes(analysis: Analysis, all_found: Found) -> dict[str, int]:
    inside = Counter(unit.group for unit in all_found.units)
    return with_all({group.value: inside[group.value] for group in analysis.groups})


def _counted(place: Place, n: int, size: int, unit: str) -> Iterator[Result]:
    yield place.count("n", n, size, f"count of {unit}", unit)
    share = 100 * n / size if size else None
    yield place.number("percent", share, "%", f"share of the group's {unit}", n, size)
