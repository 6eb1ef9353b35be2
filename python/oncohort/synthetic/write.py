"""Write the journeys as raw deliveries of eight hospitals, the truth beside them."""

import csv
from collections.abc import Callable, Iterable
from io import StringIO
from pathlib import Path
from random import Random

from oncohort.synthetic.build import all_journeys
from oncohort.synthetic.dialects import (
    CONCEPTS,
    SITES,
    SPLIT_BY,
    Site,
    files,
    headers,
    written,
)
from oncohort.synthetic.journey import Journey
from oncohort.synthetic.names import person_name
from oncohort.synthetic.truth import COLUMNS, truth_row
from oncohort.synthetic.workbook import workbook_bytes

DEFAULT_SEED = 20191231
SHARED_NUMBERS = 6
PATHOLOGY = ("record_no", "tested_on", "specimen", "er", "pr", "her2_ihc",
             "her2_fish", "value")  # fmt: skip
Table = list[list[object]]


def synthesize(
    out: Path, seed: int = DEFAULT_SEED, say: Callable[[str], None] = print
) -> None:
    """Write `extracts/<site>/<delivery>/…` and `truth.csv`.

    Parameters
    ----------
    out : Path
        Folder to write into; files of the same name are replaced.
    seed : int
        Same seed, same bytes. Another seed: other patients, same study results.
    say : callable
        Told what was written, one line a site.
    """
    rng = Random(f"oncohort-sites-{seed}")  # noqa: S311
    placed = _placed(all_journeys(seed), rng)
    for site in SITES:
        mine = {number: j for (at, number), j in placed.items() if at is site}
        folder = out / "extracts" / site.site_id / site.delivered_on
        folder.mkdir(parents=True, exist_ok=True)
        tables = _tables(site, mine, rng)
        _write(site, folder, tables)
        rows = sum(len(table) - 1 for table in tables.values())
        say(f"{site.site_id}: {len(mine)} patients, {rows} rows")
    truth = [truth_row(j, at.site_id, number) for (at, number), j in placed.items()]
    truth.sort(key=lambda row: row["truth_patient"])
    lines = [[row.get(name, "") for name in COLUMNS] for row in truth]
    (out / "truth.csv").write_bytes(_csv([list(COLUMNS), *lines]).encode())


def _placed(journeys: list[Journey], rng: Random) -> dict[tuple[Site, str], Journey]:
    """Give each patient a hospital and a record number there."""
    by_site: dict[str, list[Journey]] = {site.site_id: [] for site in SITES}
    for j in journeys:
        site = rng.choices(SITES, [site.share for site in SITES])[0]
        by_site[site.site_id].append(j)
    placed, shared = {}, []
    for site in SITES:
        mine = by_site[site.site_id]
        numbers = rng.sample(range(10**4, 10 ** (site.digits - 1)), len(mine))
        if site.digits == 8:  # two hospitals, same numbers, other people
            numbers[:SHARED_NUMBERS] = shared or numbers[:SHARED_NUMBERS]
            shared = numbers[:SHARED_NUMBERS]
        for number, j in zip(numbers, mine, strict=True):
            placed[site, f"{number:0{site.digits}}"] = j
    return placed


def _tables(site: Site, mine: dict[str, Journey], rng: Random) -> dict[str, Table]:
    """Render the files of a site, each ordered in its own way."""
    found = {}
    for table, only, name in files(site.site_id):
        if table == "pathology":
            found[name] = _wide_pathology(site, mine, rng)
            continue
        concepts = [c for c in CONCEPTS[table].split() if c in headers(site.site_id)]
        if only and only != "other":
            concepts.remove(SPLIT_BY[table])
        lines = _lines(site, table, only, concepts, mine, rng)
        found[name] = [[headers(site.site_id)[c] for c in concepts], *lines]
    return found


def _lines(
    site: Site, table: str, only: str, concepts: list[str],
    mine: dict[str, Journey], rng: Random,
) -> Table:  # fmt: skip
    lines: Table = []
    for number, j in mine.items():
        previous: dict = {}
        rows = [row for row in j.tables[table] if _belongs(table, only, row)]
        for row in rows:
            if row == previous:
                lines.append(lines[-1])
                continue
            person = {"record_no": number}
            if table == "patients":
                person |= {
                    "patient_name": person_name(site.language, number),
                    "national_no": f"YB{int(number) * 7919 % 10**9:09}",
                }
            lines.append([_cell(site, table, c, row | person, rng) for c in concepts])
            previous = row
    if table not in ("patients", "diagnoses") and rng.random() < 0.7:
        rng.shuffle(lines)
    return lines


def _cell(site: Site, table: str, concept: str, row: dict, rng: Random) -> object:
    value = written(site, concept, row, rng)
    if value == "" and table in ("patients", "diagnoses", "biomarkers"):
        return site.missing
    return value


def _belongs(table: str, only: str, row: dict) -> bool:
    if not only:
        return True
    if only == "other":
        return row["milestone"] != "death"
    return row[SPLIT_BY[table]] == only


def _wide_pathology(site: Site, mine: dict[str, Journey], rng: Random) -> Table:
    """One line a report, one column a marker."""
    names = headers(site.site_id)
    lines: Table = [[names.get(c, c.upper()) for c in PATHOLOGY]]
    for number, j in mine.items():
        reports: dict[tuple, dict] = {}
        for row in j.tables["biomarkers"]:
            report = reports.setdefault((row["tested_on"], row["organ"]), {})
            column = row["marker"]
            concept = "score" if row.get("score") else "result"
            if column == "her2":
                column = f"her2_{row['method']}"
            if column == "ki67":
                column, concept = "value", "value"
            report[column] = written(site, concept, row, rng)
        for (on, organ), report in reports.items():
            row = {"record_no": number, "tested_on": on, "organ": organ}
            start = [written(site, c, row, rng) for c in PATHOLOGY[:3]]
            lines.append(start + [report.get(c, "") for c in PATHOLOGY[3:]])
    return lines


def _write(site: Site, folder: Path, tables: dict[str, Table]) -> None:
    if site.workbook:
        content = workbook_bytes(site.title, tables)
        (folder / site.workbook).write_bytes(content)
        return
    for name, table in tables.items():
        (folder / name).write_bytes(_csv(table).encode(site.encoding))


def _csv(rows: Iterable[list[object]]) -> str:
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
