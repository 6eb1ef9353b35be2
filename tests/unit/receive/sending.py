"""What the tests of formats and of mapping deliver, and the rows that land."""

BOOK = "n_rows_read, n_rows_landed, n_rows_refused, n_rows_not_meant"
COLUMNS = "{record_no: no, drug: drug, started_on: start, dose: dose, dose_unit: unit}"
LANDED = "source_line, record_no, drug, started_on, dose, dose_unit"


def treatments(settings="", columns=COLUMNS, more=""):
    return f"""\
  - match: "x.*"
{settings}    tables:
      - table: treatments
{more}        columns: {columns}
"""


def landing(hospital):
    """Deliver one file; its landed rows. Rows read = landed + refused + not meant."""

    def deliver(name, data, files, defaults="", columns=LANDED, refused=0, ignored=0):
        hospital.describe(files=files, defaults=defaults)
        hospital.deliver(name, data)
        (verdict,) = hospital.receive()
        assert verdict.status == "accepted", verdict.problems
        rows = hospital.rows("treatments", columns)
        n_read = len(rows) + refused + ignored
        assert hospital.rows("deliveries", BOOK) == [
            (n_read, len(rows), refused, ignored)
        ]
        return rows

    return deliver


def one_table(columns, table="treatments", more="", settings=""):
    return f"""\
  - match: "*.csv"
{settings}    tables:
      - table: {table}
{more}        columns: {columns}
"""


def mapping(hospital):
    """Deliver x.csv; its landed rows of one table."""

    def deliver(files, data, columns, table="treatments", defaults=""):
        hospital.describe(files=files, defaults=defaults)
        hospital.deliver("x.csv", data)
        (verdict,) = hospital.receive()
        assert verdict.status == "accepted", verdict.problems
        return hospital.rows(table, columns)

    return deliver
