"""Deliveries are immutable and idempotent; a changed mapping lands them again."""

import pyarrow.parquet as pq

from oncohort.contract import extract_tables

PATIENTS = "no,sex,born\n1,F,1950\n"
TWO_FILES = """\
  - match: "*.csv"
    tables:
      - table: patients
        columns: {record_no: no, sex: sex}
"""


def test_same_bytes_change_nothing(hospital):
    hospital.deliver("patients.csv", PATIENTS)
    hospital.receive()
    before = hospital.landing_bytes()

    (verdict,) = hospital.receive()

    assert verdict.status == "unchanged"
    assert hospital.said[-1] == "clinic 2020-01-31: unchanged"
    assert hospital.landing_bytes() == before


def test_a_changed_mapping_lands_the_delivery_again(hospital):
    hospital.deliver("patients.csv", PATIENTS)
    hospital.receive()
    hospital.describe(
        files="""\
  - match: patients.csv
    tables:
      - table: contacts
        columns: {record_no: no}
"""
    )

    (verdict,) = hospital.receive()

    assert verdict.status == "accepted"
    assert "the mapping changed" in verdict.notes[0]
    assert hospital.rows("patients", "record_no") == []
    assert hospital.rows("contacts", "record_no") == [("1",)]


def test_another_key_lands_the_delivery_again(hospital, monkeypatch):
    hospital.deliver("patients.csv", PATIENTS)
    hospital.receive()
    assert "public test key in use" in hospital.said[0]
    (before,) = hospital.rows("patients", "patient_id")
    monkeypatch.setenv("ONCOHORT_ID_KEY", "a secret of this centre only")

    (verdict,) = hospital.receive()

    assert verdict.status == "accepted"
    assert "public test key" not in " ".join(hospital.said)
    assert hospital.rows("patients", "patient_id") != [before]


def test_a_file_added_to_a_landed_delivery_is_an_alteration(hospital):
    hospital.describe(files=TWO_FILES)
    hospital.deliver("a.csv", PATIENTS)
    hospital.receive()
    hospital.deliver("b.csv", PATIENTS)

    assert "b.csv is new" in hospital.refusal().message


def test_rows_alike_in_two_files_have_ids_of_their_own(hospital):
    hospital.describe(files=TWO_FILES)
    hospital.deliver("a.csv", PATIENTS)
    hospital.deliver("sub/b.csv.gz", __import__("gzip").compress(PATIENTS.encode()))

    hospital.receive()

    rows = hospital.rows("patients", "source_file, source_row_id, record_id")
    assert [row[0] for row in rows] == ["a.csv", "sub/b.csv.gz"]
    assert rows[0][1] != rows[1][1]
    assert rows[0][2] == rows[1][2]
    # what the files' folder is called is no column of theirs
    (landed,) = hospital.workspace.landing.glob("patients/site=clinic/*/*.parquet")
    columns = [column.name for column in extract_tables()["patients"].columns]
    assert pq.ParquetFile(landed).schema_arrow.names == columns


def test_files_and_columns_nobody_reads_are_listed(hospital):
    hospital.deliver("patients.csv", "no,sex,born,weight\n1,F,1950,60\n")
    hospital.deliver("readme.pdf", b"%PDF")
    hospital.deliver(".DS_Store", b"")
    hospital.deliver("~$patients.xlsx", b"")

    (verdict,) = hospital.receive()

    assert verdict.notes == ["files that site.yml does not name: readme.pdf"]
    assert verdict.files[0].unused_columns == ["weight"]


def test_an_optional_file_may_be_missing(hospital):
    optional = TWO_FILES.replace("match:", "optional: true\n    match:")
    hospital.describe(files=optional)
    hospital.deliver("notes.txt", "x")

    (verdict,) = hospital.receive()

    assert verdict.status == "accepted"
    assert hospital.rows("deliveries", "*") == []


def test_a_file_without_rows_is_booked(hospital):
    hospital.deliver("patients.csv", "no,sex,born\n")

    (verdict,) = hospital.receive()

    assert verdict.status == "accepted"
    counts = "n_rows_read, n_rows_landed, n_rows_refused, n_values_unreadable"
    assert hospital.rows("deliveries", counts) == [(0, 0, 0, 0)]


def test_one_site_of_several(hospital):
    from oncohort.receive.run import receive

    hospital.deliver("patients.csv", PATIENTS)
    hospital.deliver("patients.csv", PATIENTS, site="unknown")

    verdicts = receive(hospital.workspace, site="clinic", say=lambda line: None)

    assert [verdict.site_id for verdict in verdicts] == ["clinic"]


def test_a_file_too_wide_is_refused_and_the_others_land(hospital):
    columns = [f"c{number}" for number in range(12_000)]
    hospital.write_site(
        (hospital.describe()).read_text("utf-8").replace("clinic", "wide"), "wide"
    )
    header = ",".join(["no", "sex", "born", *columns])
    row = ",".join(["1", "f", "1960", *["x"] * len(columns)])
    hospital.deliver("patients.csv", f"{header}\n{row}\n", site="wide")
    hospital.deliver("patients.csv", "no,sex,born\n1,f,1960\n")

    clinic, wide = sorted(hospital.receive(), key=lambda verdict: verdict.site_id)

    assert clinic.status == "accepted"
    assert wide.status == "refused"
    (problem,) = wide.problems
    assert "12,003 columns, more than 5,000" in problem.message


def test_an_export_of_many_columns_lands(hospital):
    # REDCap exports have as many; DuckDB's buffers for them would not fit
    more = 900
    head = ",".join(["no,sex,born", *(f"field_{n}" for n in range(more))])
    rows = [f"{n:04},F,1960" + ",x" * more for n in range(20)]
    hospital.deliver("patients.csv", "\n".join([head, *rows, ""]))

    (verdict,) = hospital.receive()

    assert verdict.status == "accepted"
    assert len(hospital.rows("patients", "record_no")) == 20
