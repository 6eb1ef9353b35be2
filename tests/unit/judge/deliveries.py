"""A site that sends all tables of the contract, as Parquet like `receive` writes it."""

import csv
from pathlib import Path

from oncohort.contract import extract_tables
from oncohort.receive.journal import partition
from oncohort.receive.land import parquet_bytes

ROOT = Path(__file__).parents[3]
N_ROWS = 120
SITE = "clinic"
SENT = {name: {c.name for c in t.content} for name, t in extract_tables().items()}


def words():
    """Two words with different codes of each code list."""
    found = {}
    with (ROOT / "seeds" / "code_synonyms.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["code_list"], {}).setdefault(row["code"], row["term"])
    return {name: list(codes.values())[:2] for name, codes in found.items()}


WORDS = words()


def clean_rows(table):
    """Rows without a fault: half of them with one code, half with another."""
    rows = []
    for number in range(N_ROWS):
        row = {column.name: None for column in table.columns}
        for column in table.content:
            row[column.name] = {"date": "2019-05-04", "number": "1.5"}.get(
                column.type, "1"
            )
            if column.code_list:
                row[column.name] = WORDS[column.code_list][number % 2]
        row |= {"site_id": SITE, "row_action": "upsert", "delivery_kind": "full"}
        row |= {"patient_id": f"P{number}", "record_id": f"R{number}"}
        rows.append(row | {"record_no": f"{number:04}", "source_line": number + 2})
    return rows


def clean():
    return {name: clean_rows(table) for name, table in extract_tables().items()}


def write(folder, tables, date, kind="full", n_refused=0):
    """Write a delivery's partitions and its book `deliveries`."""
    book = []
    for name, rows in tables.items():
        if rows:
            target = folder / partition(name, SITE, date)
            target.mkdir(parents=True)
            data = [row | {"delivered_on": date} for row in rows]
            (target / "part-0.parquet").write_bytes(parquet_bytes(name, data))
        counts = {"n_rows_landed": len(rows), "n_rows_refused": n_refused}
        book.append(
            {"site_id": SITE, "delivered_on": date, "table_name": name} | counts
        )
        book[-1]["delivery_kind"] = kind
    target = folder / partition("deliveries", SITE, date)
    target.mkdir(parents=True)
    (target / "part.parquet").write_bytes(parquet_bytes("deliveries", book))
