"""Lay the rows of a patient out as a site's files, long or wide."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random

from oncohort.synthetic.dialects import CONCEPTS, Site, headers, written
from oncohort.synthetic.journey import meets, read_table

FILES = read_table("files.csv")
MARKERS = ("er", "pr", "her2_ihc", "her2_fish", "value")
DRUGS = 4
IN_ORDER = ("patients", "diagnoses")
SAYS_MISSING = (*IN_ORDER, "biomarkers")


@dataclass
class Sheet:
    """One file, sheet or form: its columns by concept, its lines."""

    name: str
    columns: list[tuple[str, str]]
    lines: list[list[object]]

    @property
    def header(self) -> list[str]:
        """Names of the columns."""
        return [name for _, name in self.columns]

    @property
    def rows(self) -> list[list[object]]:
        """Header and lines."""
        return [self.header, *self.lines]


def laid_out(
    site: Site, file: dict[str, str], rows: list[dict], order: Random
) -> Sheet:
    """One file of a site from the rows of its table, ordered in its own way."""
    name, table = file[site.site_id], file["table"]
    if name.endswith(".parquet"):
        site = site._replace(format="parquet")
    kept = [row for row in rows if meets(row, file["only"])]
    columns, lines = LAYOUTS[file["layout"]](site, table, kept, file["left_out"])
    if table in SAYS_MISSING and site.missing:
        lines = [[site.missing if v == "" else v for v in line] for line in lines]
    if table not in IN_ORDER and site.format != "redcap" and order.random() < 0.7:
        order.shuffle(lines)
    return Sheet(name, columns, lines)


def _long(site: Site, table: str, rows: list[dict], left_out: str) -> tuple:
    """One line a row."""
    columns = headers(site, table)
    columns.pop(left_out, None)
    if table not in site.changes.split():
        columns.pop("row_status", None)
    lines = [[written(site, concept, row) for concept in columns] for row in rows]
    return list(columns.items()), lines


def _markers(site: Site, table: str, rows: list[dict], _: str) -> tuple:
    """One line a report, one column a marker."""
    names = headers(site, table)
    start = ("record_no", "tested_on", "specimen")
    reports: dict[tuple, tuple[list, dict]] = {}
    for row in rows:
        column = {"her2": f"her2_{row['method']}", "ki67": "value"}
        column = column.get(row["marker"], row["marker"])
        concept = "score" if row.get("score") else "result"
        concept = "value" if column == "value" else concept
        first = [written(site, c, row) for c in start]
        key = (row["record_no"], row["tested_on"], row["organ"])
        report = reports.setdefault((*key, row.get("_copy")), (first, {}))[1]
        report[column] = written(site, concept, row)
    columns = [(c, names[c]) for c in start]
    columns += [(_marker_concept(c), names.get(c, c.upper())) for c in MARKERS]
    lines = [
        [*first, *(found.get(c, "") for c in MARKERS)]
        for first, found in reports.values()
    ]
    return columns, lines


def _marker_concept(column: str) -> str:
    return {"her2_ihc": "score", "value": "value"}.get(column, "result")


def _groups(rows: Iterable[dict], key: Callable[[dict], tuple]) -> list[list[dict]]:
    found: dict[tuple, list[dict]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return list(found.values())


def _drugs(site: Site, table: str, rows: list[dict], _: str) -> tuple:
    """One line a patient and first day, its drugs side by side."""
    names = headers(site, table)
    shared = ["record_no", "started_on"]
    each = [concept for concept in names if concept not in shared]
    columns = [(c, names[c]) for c in shared]
    columns += [(c, f"{names[c]}{n}") for n in range(1, DRUGS + 1) for c in each]
    lines: list[list[object]] = []
    for group in _groups(rows, lambda row: tuple(row[c] for c in shared)):
        for start in range(0, len(group), DRUGS):
            part = group[start : start + DRUGS]
            line = [written(site, c, part[0]) for c in shared]
            line += [written(site, c, row) for row in part for c in each]
            lines.append(line + [""] * (len(columns) - len(line)))
    return columns, lines


def _boxes(site: Site, table: str, rows: list[dict], _: str) -> tuple:
    """One line a finding, all organs ticked in a cell of many words."""
    names = headers(site, table)
    shared = [concept for concept in names if concept != "organ"]
    lines: list[list[object]] = []
    for group in _groups(rows, lambda row: tuple(row[c] for c in shared)):
        organs = [written(site, "organ", row) for row in group]
        for part in _distinct(organs):
            lines.append([*(written(site, c, group[0]) for c in shared), part])
    return [(c, names[c]) for c in (*shared, "organ")], lines


def _distinct(words: list[str]) -> list[tuple[str, ...]]:
    """Split into ticked boxes; a word that comes again needs a line of its own."""
    parts: list[list[str]] = []
    for word in words:
        free = next((part for part in parts if word not in part), None)
        if free is None:
            parts.append(free := [])
        free.append(word)
    return [tuple(part) for part in parts]


LAYOUTS = {"": _long, "markers": _markers, "drugs": _drugs, "boxes": _boxes}


def group_of(concept: str) -> str:
    """Word that stands above a column where there are two header rows."""
    return CONCEPTS[concept]["group"]
