"""Write the journeys as raw deliveries of eight hospitals, the truth beside them."""

from collections.abc import Callable
from pathlib import Path
from random import Random

from oncohort.synthetic.build import all_journeys
from oncohort.synthetic.defects import COLUMNS as PLANTED
from oncohort.synthetic.defects import plant
from oncohort.synthetic.deliveries import Tables, deliveries
from oncohort.synthetic.dialects import SITES, Site, person_name
from oncohort.synthetic.encode import csv_text, files_of
from oncohort.synthetic.journey import Journey, read_table
from oncohort.synthetic.layout import FILES, Sheet, laid_out

DEFAULT_SEED = 20191231
SHARED_NUMBERS = 6
FINDINGS = list(read_table("reconstructed_patients.csv")[0])[4:]
COLUMNS = (
    *("site_id", "record_no", "truth_patient", "is_eligible"),
    *("first_failed_criterion", "reason", "boundary", "time_zero_on", "first_drug_on"),
    *("arm", "line_no", "resistance", "resistance_on", "resistance_setting"),
    *(*FINDINGS, "metastatic_on", "death_on", "last_known_alive_on"),
)
Patients = dict[str, Journey]


def synthesize(
    out: Path,
    seed: int = DEFAULT_SEED,
    say: Callable[[str], None] = print,
    with_defects: bool = False,
) -> None:
    """Write `extracts/<site>/<delivery>/…` and `truth.csv`.

    Parameters
    ----------
    out : Path
        Folder to write into; files of the same name are replaced.
    seed : int
        Same seed, same bytes. Another seed: other patients, same study results.
    say : callable
        Told what was written, one line a delivery.
    with_defects : bool
        Plant defects into the newest deliveries; `defects.csv` lists them.
    """
    rng = Random(f"oncohort-sites-{seed}")  # noqa: S311
    placed = placed_at_sites(all_journeys(seed), rng)
    known = {site: rows_of(site, mine, seed) for site, mine in placed.items()}
    newest = known
    out.mkdir(parents=True, exist_ok=True)
    if with_defects:
        newest, defects = plant(known, seed)
        lines = [[defect[name] for name in PLANTED] for defect in defects]
        (out / "defects.csv").write_bytes(csv_text([PLANTED, *lines]).encode())
        say(f"{len(defects)} defects planted: defects.csv")
    for site in placed:
        for delivered_on, tables in deliveries(site, known[site], newest[site]):
            folder = out / "extracts" / site.site_id / delivered_on
            folder.mkdir(parents=True, exist_ok=True)
            sheets = _sheets(site, tables, f"{seed}-{site.site_id}-{delivered_on}")
            for name, content in files_of(site, sheets, delivered_on).items():
                (folder / name).write_bytes(content)
            rows = sum(len(sheet.lines) for sheet in sheets)
            say(f"{site.site_id} {delivered_on}: {rows} rows")
    truth = [
        _truth_row(j, site.site_id, number)
        for site, mine in placed.items()
        for number, j in mine.items()
    ]
    truth.sort(key=lambda row: row[COLUMNS.index("truth_patient")])
    (out / "truth.csv").write_bytes(csv_text([COLUMNS, *truth]).encode())


def _sheets(site: Site, tables: Tables, name: str) -> list[Sheet]:
    """Every file of a delivery, its lines in an order of its own."""
    found = []
    for number, file in enumerate(FILES):
        if file[site.site_id] and file["table"] in tables:
            order = Random(f"oncohort-{name}-{number}")  # noqa: S311
            found.append(laid_out(site, file, tables[file["table"]], order))
    return found


def rows_of(site: Site, mine: Patients, seed: int) -> Tables:
    """All rows of a site by table; `_key` decides the words they are written in."""
    found: Tables = {file["table"]: [] for file in FILES}
    for number, j in mine.items():
        person = {"record_no": number}
        name = person_name(site.language, int(number))
        secret = {
            "patient_name": name,
            "national_no": f"YB{int(number) * 7919 % 10**9:09}",
        }
        for table in found:
            previous: dict = {}
            for place, row in enumerate(j.tables[table]):
                if row != previous:
                    person["_key"] = f"{seed}/{j.patient}/{table}/{place}"
                found[table].append(
                    row | person | (secret if table == "patients" else {})
                )
                previous = row
    return found


def placed_at_sites(journeys: list[Journey], rng: Random) -> dict[Site, Patients]:
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
