import duckdb
import pytest

from oncohort.errors import ConfigError
from oncohort.explain.find_patient import find_patient

SENT = {
    "north": "no,sex\n100,f\n7,f\nlate,f\n",
    "south": "no,sex\n100,f\n8,f\n",
}


@pytest.fixture
def sent(hospital):
    """Two sites that both have a patient 100; `late` is not published."""
    files = """\
  - match: patients.csv
    tables:
      - table: patients
        columns: {record_no: no, sex: sex}
"""
    (hospital.workspace.root / "sites" / "clinic" / "site.yml").unlink()
    for site, text in SENT.items():
        path = hospital.describe(files, site=site)
        content = path.read_text("utf-8").replace("site_id: clinic", f"site_id: {site}")
        path.write_text(content, encoding="utf-8")
        hospital.deliver("patients.csv", text, site=site)
    assert [verdict.status for verdict in hospital.receive()] == ["accepted"] * 2
    return hospital


@pytest.fixture
def published(sent):
    database = duckdb.connect()
    rows = sent.rows("patients", "patient_id, site_id, record_no")
    database.execute("create schema core")
    database.execute("create table core.patients (patient_id varchar, site_id varchar)")
    known = {}
    for patient_id, site, record_no in rows:
        known[f"{site}:{record_no}"] = patient_id
        if record_no != "late":
            database.execute(
                "insert into core.patients values (?, ?)", [patient_id, site]
            )
    return database, sent.workspace.landing, known


def test_an_id_its_beginning_and_a_record_number_mean_the_patient(published):
    database, landing, known = published
    patient = known["north:7"]

    for text in (patient, patient[:10], f" {patient} ", "7", "north:7"):
        assert find_patient(database, landing, text) == (patient, "north")
    assert find_patient(database, landing, "south:100")[0] == known["south:100"]


def test_a_number_of_two_sites_asks_which(published):
    database, landing, known = published

    with pytest.raises(ConfigError, match="2 patients are meant") as error:
        find_patient(database, landing, "100")

    for site in ("north", "south"):
        told = f"{known[f'{site}:100']} ({site}, by record number)"
        assert told in error.value.message
    assert ":100`" in error.value.remedy


def test_nobody_is_told_what_to_give(published, tmp_path):
    database, landing, _ = published

    for text in ("nobody", "west:7", "", "' or true --"):
        with pytest.raises(ConfigError, match=r"no such patient|are meant"):
            find_patient(database, landing, text)
    with pytest.raises(ConfigError) as error:
        find_patient(database, tmp_path, "7 or so")
    assert "without the landing zone" in error.value.remedy


def test_a_patient_sent_but_not_published_is_told_apart(published):
    database, landing, _ = published

    with pytest.raises(ConfigError, match="north sent this patient, but"):
        find_patient(database, landing, "late")
