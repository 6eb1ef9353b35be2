import hashlib
import shutil

import openpyxl
import pytest

from oncohort.errors import ConfigError

FORMULA = "=cmd|' /C calc'!A0"


def test_a_line_leads_the_site_to_its_own_file(clinic):
    clinic.ask(
        "q1",
        related_field="started_on",
        related_value="2019-02-30",
        first_seen_on="2020-01-31",
    )

    (line,) = clinic.lines(clinic.issue())

    assert line == {
        "no": 1,
        "severity": "major",
        "delivered": "2020-01-31",
        "file": "drugs.csv",
        "sheet": None,
        "line": 2,
        "record_no": "007",
        "field": "drug name",
        "value": FORMULA,
        "related": "first day: 2019-02-30",
        "message": "drug is wrong",
        "remedy": "look it up",
        "first_seen": "2020-01-31",
        "answer": None,
        "comment": None,
        "query_id": "q1",
    }
    assert clinic.said == [
        "clinic: 1 query (1 major) about the delivery of 2020-01-31",
        "send queries/clinic/issued/2020-03-01/clinic-queries-2020-03-01.xlsx",
    ]


def test_a_formula_is_stored_as_text(clinic):
    clinic.ask("q1")
    sheet = openpyxl.load_workbook(clinic.issue())["Queries"]

    (cell,) = [c for row in sheet for c in row if c.value == FORMULA]

    assert (cell.data_type, cell.quotePrefix) == ("s", True)


def test_the_field_is_the_column_of_the_mapping_that_made_the_row(clinic):
    rows = clinic.hospital.rows("biomarkers", "marker, source_line, source_row_id")
    for number, (marker, line, row_id) in enumerate(rows):
        clinic.ask(
            f"q{number}",
            "biomarkers",
            line,
            "result",
            source_row_id=row_id,
            message_en=marker,
        )

    found = {(line["message"], line["field"]) for line in clinic.lines(clinic.issue())}

    assert found == {("ER", "ER status"), ("PR", "PR status")}


def test_an_unreadable_value_stands_as_it_was_sent_and_a_missing_one_is_said(clinic):
    clinic.ask("q1", field="started_on", value=None)
    clinic.ask("q2", field="stop_reason", value=None, line=3)

    first, second = clinic.lines(clinic.issue())

    assert (first["field"], first["value"]) == ("first day", "2019-02-30")
    assert second["field"] == "(not in your files: stop_reason)"
    assert second["value"] == "(empty)"


@pytest.mark.parametrize(
    ("related_field", "related_value", "shown"),
    [
        ("patients.birth_on", "1950", "born: 1950"),
        ("expected", "date", "expected: a date"),
        ("delivered_on", "2020-01-31", "day of the delivery: 2020-01-31"),
        ("contacts.contact_on", None, "(not in your files: contact_on)"),
        (None, None, None),
    ],
)
def test_the_other_fact_is_named_as_the_site_does(
    clinic, related_field, related_value, shown
):
    clinic.ask("q1", related_field=related_field, related_value=related_value)

    (line,) = clinic.lines(clinic.issue())

    assert line["related"] == shown


def test_only_what_the_site_can_answer_is_asked_the_gravest_first(clinic):
    for query_id, more in {
        "minor": {"severity": "minor"},
        "critical": {"severity": "critical", "status": "reopened"},
        "centre": {"fixed_by": "centre"},
        "answered": {"status": "answered"},
        "accepted": {"status": "accepted"},
        "closed": {"status": "closed"},
        "elsewhere": {"site_id": "hospital_x"},
    }.items():
        clinic.ask(query_id, **more)

    lines = clinic.lines(clinic.issue())

    assert [line["query_id"] for line in lines] == ["critical", "minor"]


def test_nothing_new_writes_nothing_until_something_is(clinic):
    clinic.ask("q1")
    first = clinic.issue()

    assert clinic.issue() is None
    assert "nothing new" in clinic.said[0]
    clinic.ask("q2")
    second = clinic.issue()
    clinic.deliver("2020-02-29")
    third = clinic.issue("2020-04-01")

    assert [path.name for path in (first, second, third)] == [
        "clinic-queries-2020-03-01.xlsx",
        "clinic-queries-2020-03-01-2.xlsx",
        "clinic-queries-2020-04-01.xlsx",
    ]
    sums = {
        path: f"{hashlib.sha256(path.read_bytes()).hexdigest()}  "
        f"{path.parent.name}/{path.name}"
        for path in (first, second, third)
    }
    listed = clinic.workspace.queries / "clinic/issued/SHA256SUMS"
    assert listed.read_text().splitlines() == list(sums.values())
    assert clinic.hospital.rows("issued_queries", "as_of_on, issued_on, query_id") == [
        ("2020-01-31", "2020-03-01", "q1"),
        ("2020-01-31", "2020-03-01", "q1"),
        ("2020-01-31", "2020-03-01", "q2"),
        ("2020-02-29", "2020-04-01", "q1"),
        ("2020-02-29", "2020-04-01", "q2"),
    ]


def test_the_same_content_is_the_same_bytes(clinic):
    clinic.ask("q1")
    path = clinic.issue()
    first = path.read_bytes()
    shutil.rmtree(clinic.workspace.queries)
    shutil.rmtree(clinic.workspace.landing / "issued_queries/site=clinic")

    assert clinic.issue().read_bytes() == first


@pytest.mark.parametrize("harm", ["tampered", "missing", "not listed", "list gone"])
def test_what_was_issued_is_never_changed(clinic, harm):
    clinic.ask("q1")
    path = clinic.issue()
    before = clinic.hospital.rows("issued_queries", "*")
    if harm == "tampered":
        path.write_bytes(path.read_bytes() + b" ")
    elif harm == "missing":
        path.unlink()
    elif harm == "not listed":
        path = path.with_name("other.xlsx")
        path.write_bytes(b"")
    else:
        path = path.parents[1] / "SHA256SUMS"
        path.unlink()
    clinic.ask("q2")

    with pytest.raises(ConfigError) as error:
        clinic.issue("2020-03-02")
    clinic.read_back()

    name = path.relative_to(clinic.workspace.root).as_posix()
    if harm != "list gone":
        assert error.value.file == name
    assert clinic.problems and clinic.problems[0].exit_code == 2
    assert clinic.hospital.rows("issued_queries", "*") == before


def test_an_issue_killed_before_the_last_step_is_finished(clinic):
    clinic.ask("q1")
    path = clinic.issue()
    path.rename(path.with_name(f".{path.name}.draft"))

    assert clinic.issue() is None
    assert path.is_file()


def test_the_cover_says_what_it_is_in_the_language_of_the_site(chinese_clinic):
    chinese_clinic.ask("q1")
    book = openpyxl.load_workbook(chinese_clinic.issue())
    cover = [c.value for row in book.worksheets[0] for c in row if c.value]
    sheet = book.worksheets[1]

    assert cover[:2] == ["数据质疑表", "虚构患者：本工作簿中的所有记录均为虚构。"]
    assert "clinic-queries-2020-03-01" in cover
    assert "1 (1 重要)" in cover
    assert sheet.freeze_panes == "B2"
    assert sheet.page_setup.orientation == "landscape"
    (choice,) = sheet.data_validations.dataValidation
    assert choice.formula1 == '"将更正,记录无误,无法得知"'
    assert (
        chinese_clinic.lines(
            chinese_clinic.workspace.queries
            / "clinic/issued"
            / "2020-03-01/clinic-queries-2020-03-01.xlsx"
        )[0]["message"]
        == "有误"
    )


@pytest.mark.parametrize(
    ("site", "day", "said"),
    [
        ("nobody", "2020-03-01", "`nobody` is not a known site; "),
        ("clinic", "1.3.2020", "the day of issue is no date"),
    ],
)
def test_a_wrong_call_is_told(clinic, site, day, said):
    with pytest.raises(ConfigError) as error:
        clinic.issue(day, site)

    assert said.removesuffix("; ") in error.value.message


def test_a_database_older_than_the_landing_zone_is_told(clinic):
    clinic.ask("q1", source_row_id="gone")

    with pytest.raises(ConfigError, match="landed again since"):
        clinic.issue()
