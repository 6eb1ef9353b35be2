"""Who and what a landed row is: keyed ids, deletions, the original kept by hash."""

import hashlib
import random

import pytest
from sending import mapping, one_table

from oncohort.identity import PUBLIC_TEST_KEY, keyed_hash


@pytest.fixture
def landed(hospital):
    return mapping(hospital)


def test_changes_mark_deleted_rows(landed):
    rows = landed(
        one_table(
            "{record_no: no, drug: drug}",
            settings="    delivery_kind: changes\n"
            "    delete_when: {column: state, in: [deleted]}\n",
        ),
        "no,drug,state\n1,x,deleted\n2,y,\n",
        "record_no, row_action, delivery_kind",
    )

    assert rows == [("1", "delete", "changes"), ("2", "upsert", "changes")]


def test_ids_are_keyed_hashes(landed):
    rows = landed(
        one_table("{record_no: no, drug: drug}"),
        "no,drug\n01,lapatinib\n",
        "patient_id, record_id, source_row_id",
    )

    # key: record_no, drug, started_on, treatment_no; the last two are not mapped
    key = ["clinic", "treatments", "01", "lapatinib", None, None]
    content = ["upsert", "calendar", "01", None, "lapatinib", *[None] * 9]
    row = ["clinic", "2020-01-31", "treatments", *content]
    assert rows == [
        (
            keyed_hash(PUBLIC_TEST_KEY, ["clinic", "01"])[:16],
            keyed_hash(PUBLIC_TEST_KEY, key)[:24],
            keyed_hash(PUBLIC_TEST_KEY, row)[:24],
        )
    ]


def test_a_person_is_known_by_number_else_by_name_and_day_of_birth(landed):
    lines = [
        "1,Li Na,YB-1234 5678,1970-01-02",
        "2,Wang Fang,yb12345678,1980",  # the same number: the same person
        "3,Li Na,,1970-01-02",
        "4,LI  NA,000000000,1970-01-02",  # no number: name and day, as in line 3
        "5,Li Na,,1970-01",  # neither a number nor a full day
        "6,Li Na,1234567,",
    ]
    rows = landed(
        one_table(
            "{record_no: no, patient_name: name, national_no: id, birth_on: born}",
            table="patients",
        ),
        "no,name,id,born\n" + "\n".join(lines) + "\n",
        "record_no, person_id",
        table="patients",
    )

    person = dict(rows)
    # the site is not part of it
    by_name = keyed_hash(PUBLIC_TEST_KEY, ["name", "LINA", "1970-01-02"])[:24]
    assert person["1"] == person["2"] != by_name
    assert person["3"] == person["4"] == by_name
    assert person["5"] is None and person["6"] is None


def test_shuffled_rows_keep_their_ids(hospital):
    lines = [f"{number % 40},drug {number % 7}" for number in range(400)]
    hospital.describe(files=one_table("{record_no: no, drug: drug}"))
    found = []
    for date in ("2020-01-31", "2020-02-29"):
        path = hospital.deliver("x.csv", "no,drug\n" + "\n".join(lines) + "\n")
        hospital.receive()
        found.append(hospital.rows("treatments", "source_row_id, record_id, drug"))
        path.unlink()
        path.parent.rmdir()
        for partition in hospital.workspace.landing.glob("*/site=clinic/delivery=*"):
            partition.rename(hospital.workspace.root / f"{partition.parts[-3]} {date}")
        random.Random(1).shuffle(lines)

    assert found[0] == found[1]
    assert len({row[0] for row in found[0]}) == 400


def test_originals_are_archived_by_hash(hospital):
    data = b"no,sex,born\n1,F,1950\n"
    hospital.deliver("patients.csv", data)

    hospital.receive()

    sha256 = hashlib.sha256(data).hexdigest()
    assert (hospital.workspace.originals / sha256).read_bytes() == data
    assert hospital.rows("patients", "file_sha256") == [(sha256,)]
