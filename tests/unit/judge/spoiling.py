"""Ways a delivery goes wrong; each changes the rows of its tables in place."""

from deliveries import WORDS

from oncohort.contract import extract_tables


def spoilt_values(tables, step):
    """Every step-th value of codes, dates and numbers becomes a word nobody knows."""
    for name, rows in tables.items():
        for column in extract_tables()[name].content:
            if column.code_list or column.type in ("date", "number", "integer"):
                for row in rows[::step]:
                    row[column.name] = "zzz"


def emptied(tables):
    for name, rows in tables.items():
        for column in extract_tables()[name].content:
            for row in rows:
                row[column.name] = None


def of_others(tables, step):
    for name, rows in tables.items():
        if name != "patients":
            for row in rows[::step]:
                row["patient_id"] += "x"


def doubled(tables):
    for rows in tables.values():
        rows.extend([dict(row) for row in rows])


def cut(tables, kept):
    for rows in tables.values():
        del rows[kept:]


def with_one_code(tables):
    for name, rows in tables.items():
        for column in extract_tables()[name].content:
            if column.code_list:
                for row in rows:
                    row[column.name] = WORDS[column.code_list][0]
