"""A delivery with one dirty value in a hundred: every one of them accounted for.

The replicated made-up patients (87 times: 74,124 patients, 5e6 rows) are spoilt in
nine columns: of a hundred rows with a value one gets a word that is no date, no number
and no code. `receive` and `build` must finish, and for each column the rows of
`unreadable_values` and `unmapped_values` and the data queries must be as many as were
planted. Ends 1 if one is not.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

BIN = Path(sys.executable).parent
ONE_OF = 100
# contract table, column, what it is, what nobody can read
SPOILT = (
    ("patients", "birth_on", "date", "about 1960"),
    ("treatments", "ended_on", "date", "2015-02-30"),
    ("treatments", "dose", "number", "ca. 80"),
    ("treatments", "stop_reason", "code", "went home"),
    ("contacts", "ecog", "integer", "fit"),
    ("contacts", "vital_status", "code", "on holiday"),
    ("biomarkers", "result", "code", "see letter"),
    ("assessments", "response", "code", "better"),
    ("lesions", "longest_diameter_mm", "number", "two fingers"),
)
KEYS = {
    "patients": "record_no",
    "treatments": "record_no, drug, started_on",
    "contacts": "record_no, contact_on, contact_kind",
    "biomarkers": "record_no, marker, method, tested_on",
    "assessments": "record_no, assessed_on, modality, region",
    "lesions": "record_no, lesion_no, assessed_on",
}
FOUND = """
select table_name, field, count(*) from (
    select table_name, field from quality.unreadable_values
    union all select table_name, field from quality.unmapped_values
) group by all
"""
ASKED = """
select table_name, field, count(*) from quality.data_queries
where rule_id in ('any.unreadable', 'any.unmapped') group by all
"""


def spoilt(path: Path) -> dict[tuple[str, str], int]:
    """Spoil a file in place; return how many values of each column."""
    table = path.stem
    columns = [(name, word) for t, name, _, word in SPOILT if t == table]
    # a record sent twice is one query: only the first row of a record is spoilt
    places = ", ".join(
        f"row_number() over (partition by place = 1, {name} is null order by line) % "
        f"{ONE_OF} = {number} and place = 1 and {name} is not null as spoil_{name}"
        for number, (name, _) in enumerate(columns, start=1)
    )
    flags = ", ".join(f"spoil_{name}" for name, _ in columns)
    words = ", ".join(
        f"if(spoil_{name}, '{word}', {name}) as {name}" for name, word in columns
    )
    duckdb.execute(f"""
create or replace temp table sent as
with rows as (
    select *, row_number() over () as line
    from read_csv('{path.as_posix()}', all_varchar = true)
),
placed as (
    select *, row_number() over (partition by {KEYS[table]} order by line) as place
    from rows
)
select *, {places} from placed""")  # noqa: S608
    copied = f"select * exclude (line, place, {flags}) replace ({words}) from sent"  # noqa: S608
    duckdb.execute(
        f"copy ({copied} order by line) to '{path.as_posix()}' (format csv, header)"
    )
    counts = ", ".join(f"count(*) filter (spoil_{name})" for name, _ in columns)
    found = duckdb.execute(f"select {counts} from sent").fetchone()  # noqa: S608
    names = [(table, name) for name, _ in columns]
    return dict(zip(names, found, strict=True))


def planted(workspace: Path) -> dict[tuple[str, str], int]:
    """Spoil the files of all hospitals."""
    total: dict[tuple[str, str], int] = {}
    for path in sorted((workspace / "extracts").glob("*/*/*.csv")):
        if path.stem in KEYS:
            for place, count in spoilt(path).items():
                total[place] = total.get(place, 0) + count
    return total


def run(command: str, workspace: Path) -> None:
    """Run a command of oncohort; stop where it stops."""
    start = time.perf_counter()
    words = [BIN / "oncohort", command, "--workspace", workspace]
    ended = subprocess.run(words, capture_output=True, text=True, check=False)
    if ended.returncode:
        sys.exit(
            f"{command}: {ended.returncode}\n{(ended.stdout + ended.stderr)[-3000:]}"
        )
    print(f"{command}: {time.perf_counter() - start:.0f} s", flush=True)


def is_accounted_for(workspace: Path, total: dict[tuple[str, str], int]) -> bool:
    """Print planted, found and asked for each column; return whether all agree."""
    path = workspace / "warehouse" / "working" / "oncohort.duckdb"
    with duckdb.connect(str(path), read_only=True) as connection:
        found, asked = (
            {(table, field): count for table, field, count in rows}
            for rows in (connection.execute(sql).fetchall() for sql in (FOUND, ASKED))
        )
        sql = "select count(*), count(*) filter (not is_balanced) from "
        sums = connection.execute(f"{sql} quality.row_reconciliation").fetchone()
        sql = "select sum(n_rows_read) from quality.row_reconciliation"
        (n_rows,) = connection.execute(sql).fetchone()
    print(f"{n_rows:,} rows read; of {sums[0]} sums of rows {sums[1]} do not balance")
    places = sorted(total.keys() | found.keys() | asked.keys())
    for place in places:
        counts = [each.get(place, 0) for each in (total, found, asked)]
        told = "planted {:,}, null with a reason {:,}, queries {:,}".format(*counts)
        print(f"{'.'.join(place)}: {told}")
    print(f"in all: {sum(total.values()):,} planted")
    return total == found == asked and sums[1] == 0 and all(total.values())


def main() -> int:
    """Make, spoil, receive, build, count."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scale", type=int, default=87, metavar="K")
    parser.add_argument("--site", help="keep this hospital alone")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        workspace = Path(name)
        make = [BIN / "oncohort", "synthesize", "--scale", str(asked.scale)]
        subprocess.run([*make, "--out", name], check=True, stdout=subprocess.DEVNULL)
        for folder in (workspace / "extracts").iterdir():
            if asked.site not in (None, folder.name):
                shutil.rmtree(folder)
        total = planted(workspace)
        for command in ("receive", "build"):
            run(command, workspace)
        return 0 if is_accounted_for(workspace, total) else 1


if __name__ == "__main__":
    os.environ.pop("ONCOHORT_WORKSPACE", None)
    sys.exit(main())
