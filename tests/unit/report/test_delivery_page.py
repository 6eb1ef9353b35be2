"""The page of a delivery: sound, alone, and a function of its records."""

import re
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))
from test_report import Tags  # noqa: E402

from oncohort.report.delivery_page import DeliveryRecord, delivery_page, rows_before


def result(identifier, status="passed", severity="major", **row):
    return {
        "table_name": identifier.split(".")[0],
        "expectation_id": identifier,
        "severity": severity,
        "kahn_category": "completeness",
        "status": status,
        "n_checked": 200,
        "n_unexpected": 30 if status == "failed" else 0,
        "observed": "30 of 200 rows are empty",
        "wanted": "at most 10 %, or 5 in number",
        "notes": "because",
    } | row


def counts(table, read, landed, kind="full"):
    return {
        "source_file": f"{table}.csv",
        "source_sheet": "",
        "table_name": table,
        "delivery_kind": kind,
        "n_rows_read": read,
        "n_rows_landed": landed,
        "n_rows_refused": read - landed,
        "n_rows_not_meant": 0,
        "n_values_unreadable": 0,
    }


RESULTS = [
    result("patients.sex.filled"),
    result("patients.rows.kept", observed="0 of the 8 of 2019-01-01 are gone; now 9"),
    result("treatments.drug.known", "failed"),
    result("treatments.drug.half_known", "failed", "critical"),
    result("contacts.patient.listed", "failed"),
    result("lesions.patient.listed", "failed"),
    result("lesions.organ.known", "error", observed="could not be judged: <boom>"),
    result("samples.rows.landed", "not applicable", observed="no such table"),
]


@pytest.fixture
def record():
    return DeliveryRecord(
        site_id="clinic",
        title="Clinic <A>",
        is_made_up=True,
        delivered_on="2020-06-30",
        status="accepted",
        files=[counts("patients", 10, 9), counts("lesions", 4, 4, "changes")],
        results=RESULTS,
        before={"patients": ("2019-01-01", 8), "samples": ("2019-01-01", 5)},
        refused=[
            {
                "source_file": "patients.csv",
                "source_sheet": "",
                "reason": "short",
                "n_rows": 1,
            }
        ],
    )


def text_of(html):
    body = re.sub(r"(?s)<style>.*?</style>", "", html)
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", body))


def test_the_page_is_sound_for_screen_readers_and_stands_alone(record):
    html = delivery_page(record)
    parsed = Tags(html)
    names = [tag for tag, _ in parsed.tags]
    ids = [a["id"] for _, a in parsed.tags if "id" in a]
    assert parsed.open == []
    assert "script" not in names
    assert names.count("main") == names.count("h1") == 1
    assert names.count("nav") == 2  # where one is, and what is on the page
    assert names.count("table") == names.count("caption") > 3
    assert all("scope" in a for tag, a in parsed.tags if tag == "th")
    assert len(ids) == len(set(ids))
    anchors = [a.get("href", "") for tag, a in parsed.tags if tag == "a"]
    assert all(href[1:] in ids for href in anchors)
    assert not re.search(r"(?:src|href)=\"(?:https?:|//)|@import|url\(", html)


def test_the_page_says_what_happened(record):
    text = text_of(delivery_page(record))
    assert "Made-up patients." in text
    assert "13 rows landed, 1 refused." in text
    assert "5 of 7 expectations did not pass (1 critical, 4 major)" in text
    assert "1 row of patients.csv refused: short" in text
    assert "patients full 2019-01-01 8 9 +1" in text
    assert "samples not sent 2019-01-01 5 – –" in text
    assert "(15 %)" in text
    assert "? error" not in text and "could not be judged: &lt;boom&gt;" in text


def test_of_twins_only_the_worse_is_a_thing_to_do_and_alike_ones_are_one(record):
    todo = text_of(delivery_page(record).split('id="files"')[0])
    assert todo.count("drug is known to its code list") == 1
    assert "drug is known to its code list, at least half" in todo
    assert todo.count("patient is one that the site lists") == 1
    assert "contacts: 30 of 200" in todo and "lesions: 30 of 200" in todo


def test_rows_before_are_those_of_the_newest_earlier_full_delivery():
    def row(date, landed, kind="full", site="clinic"):
        found = counts("patients", landed, landed, kind)
        return found | {"site_id": site, "delivered_on": date}

    books = [
        row("2019-03-01", 5),
        row("2019-02-01", 7),
        row("2019-03-01", 2),
        row("2019-04-01", 1, "changes"),
        row("2019-05-01", 9),
        row("2019-04-01", 8, site="other"),
    ]
    assert rows_before(books, "clinic", "2019-05-01") == {"patients": ("2019-03-01", 7)}
