"""Write the journeys as raw deliveries of eight hospitals, the truth beside them."""

import csv
from collections.abc import Callable, Iterable
from io import StringIO
from pathlib import Path
from random import Random
from types import SimpleNamespace

from oncohort.synthetic.build import all_journeys
from oncohort.synthetic.dialects import SITES, Site, headers, person_name, written
from oncohort.synthetic.journey import Journey, meets, read_table
from oncohort.synthetic.workbook import workbook_bytes

DEFAULT_SEED = 20191231
SHARED_NUMBERS = 6
FILES = read_table("files.csv")
MARKERS = ("er", "pr", "her2_ihc", "her2_fish", "value")
FINDINGS = list(read_table("reconstructed_patients.csv")[0])[4:]
COLUMNS = (
    *("site_id", "record_no", "truth_patient", "is_eligible"),
    *("first_failed_criterion", "reason", "boundary", "time_zero_on", "first_drug_on"),
    *("arm", "line_no", "resistance", "resistance_on", "resistance_setting"),
    *(*FINDINGS, "metastatic_on", "death_on", "last_known_alive_on"),
)
Table = list[list[object]]
Patients = dict[str, Journey]


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
    for site, mine in placed.items():
        folder = out / "extracts" / site.site_id / site.delivered_on
        folder.mkdir(parents=True, exist_ok=True)
        files = [file for file in FILES if file[site.site_id]]
        tables = {f[site.site_id]: _table(site, f, mine, rng) for f in files}
        if site.workbook:
            content = workbook_bytes(site.title, tables)
            (folder / site.workbook).write_bytes(content)
        else:
            for name, table in tables.items():
                (folder / name).write_bytes(_csv(table).encode(site.encoding))
        rows = sum(len(table) - 1 for table in tables.values())
        say(f"{site.site_id}: {len(mine)} patients, {rows} rows")
    truth = [
        _truth_row(j, site.site_id, number)
        for site, mine in placed.items()
        for number, j in mine.items()
    ]
    truth.sort(key=lambda row: row[COLUMNS.index("truth_patient")])
    (out / "truth.csv").write_bytes(_csv([COLUMNS, *truth]).encode())


def _placed(journeys: list[Journey], rng: Random) -> dict[Site, Patients]:
    """Give each patient a hospital and a record number there."""
    placed: dict[Site, list[Journey]] = {site: [] for site in SITES}
    for j in journeys:
        (site,) = rng.choices(SITES, [int(site.share) for site in SITES])
        placed[site].append(j)
    numbered, shared = {}, []
    for site, mine in placed.items():
        digits = int(site.digits)
        numbers = rng.sample(range(10**4, 10 ** (digits - 1)), len(mine))
        if digits == 8:  # two hospitals, same numbers, other people
            numbers[:SHARED_NUMBERS] = shared or numbers[:SHARED_NUMBERS]
            shared = numbers[:SHARED_NUMBERS]
        keys = [f"{number:0{digits}}" for number in numbers]
        numbered[site] = dict(zip(keys, mine, strict=True))
    return numbered


def _table(site: Site, file: dict[str, str], mine: Patients, rng: Random) -> Table:
    """Header and lines of one file of a site, ordered in its own way."""
    table = file["table"]
    if table == "pathology":
        return _wide_pathology(site, mine, rng)
    columns = headers(site, table)
    columns.pop(file["left_out"], None)
    says_missing = table in ("patients", "diagnoses", "biomarkers")
    missing = site.missing if says_missing else ""
    lines: Table = []
    for number, j in mine.items():
        person = {"record_no": number}
        if table == "patients":
            person["patient_name"] = person_name(site.language, int(number))
            person["national_no"] = f"YB{int(number) * 7919 % 10**9:09}"
        previous: dict = {}
        for row in j.tables[table]:
            if row == previous:
                lines.append(lines[-1])
            elif meets(SimpleNamespace(**row), file["only"]):
                cells = [written(site, c, row | person, rng) for c in columns]
                lines.append([missing if cell == "" else cell for cell in cells])
                previous = row
    if table not in ("patients", "diagnoses") and rng.random() < 0.7:
        rng.shuffle(lines)
    return [list(columns.values()), *lines]


def _wide_pathology(site: Site, mine: Patients, rng: Random) -> Table:
    """One line a report, one column a marker."""
    names = headers(site, "biomarkers")
    start = ("record_no", "tested_on", "specimen")
    lines: Table = [[names.get(c, c.upper()) for c in (*start, *MARKERS)]]
    for number, j in mine.items():
        reports: dict[tuple, dict] = {}
        for row in j.tables["biomarkers"]:
            column = {"her2": f"her2_{row['method']}", "ki67": "value"}
            column = column.get(row["marker"], row["marker"])
            concept = "score" if row.get("score") else "result"
            concept = "value" if column == "value" else concept
            report = reports.setdefault((row["tested_on"], row["organ"]), {})
            report[column] = written(site, concept, row, rng)
        for (on, organ), report in reports.items():
            row = {"record_no": number, "tested_on": on, "organ": organ}
            first = [written(site, c, row, rng) for c in start]
            lines.append(first + [report.get(c, "") for c in MARKERS])
    return lines


def _truth_row(j: Journey, site_id: str, record_no: str) -> list[str]:
    """What the study must find about a patient; empty where that does not apply."""
    w = j.wish
    row: dict[str, object] = {
        "site_id": site_id,
        "record_no": record_no,
        "truth_patient": j.patient,
        "is_eligible": not j.failed,
        "first_failed_criterion": j.failed or "",
        "reason": j.reason,
        "boundary": j.boundary,
        "death_on": j.on.get("death", ""),
        "last_known_alive_on": j.on["last_alive"],
        "metastatic_on": j.on["metastatic"] if j.failed != 3 else "",
    }
    if j.failed not in (3, 4):
        is_adjuvant = w.is_adjuvant_trastuzumab_failure
        row["resistance"] = w.resistance
        row["resistance_on"] = j.on["resistance"]
        row["resistance_setting"] = "adjuvant" if is_adjuvant else "metastatic"
    if j.failed not in (3, 4, 5):
        more = j.facts.get("extra_lines", 0) + ("late_line" in j.facts)
        row |= {"time_zero_on": j.zero, "first_drug_on": j.on["anchor"]}
        row |= {"arm": w.arm, "line_no": w.line_no + more}
    if not j.failed:
        row |= {name: getattr(w, name) for name in FINDINGS}
    values = [row.get(name, "") for name in COLUMNS]
    return [str(v).lower() if isinstance(v, bool) else str(v) for v in values]


def _csv(rows: Iterable[Iterable[object]]) -> str:
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
