import hashlib
import shutil

import openpyxl
import pytest


@pytest.fixture
def issued(clinic):
    for query_id in ("q1", "q2", "q3", "q4"):
        clinic.ask(query_id)
    return clinic.issue()


def test_answers_land_by_their_query_id(clinic, issued):
    clinic.answer(
        issued,
        {
            "q1": (" will be  corrected", "next month"),
            "q2": ("记录无误", "checked twice"),
            "q3": (None, "what is meant?"),
        },
    )

    assert clinic.read_back() == [
        ("q1", "will_correct", "next month"),
        ("q2", "correct_as_recorded", "checked twice"),
        ("q3", "comment", "what is meant?"),
    ]
    assert clinic.problems == []
    assert "clinic answers/2020-03-20/back.xlsx: 3 answers read" in clinic.hospital.said
    assert set(clinic.hospital.rows("query_answers", "as_of_on, answered_on")) == {
        ("2020-01-31", "2020-03-20")
    }


def test_correct_as_recorded_without_a_reason_is_not_accepted(clinic, issued):
    clinic.answer(issued, {"q1": ("Correct as recorded",)})

    assert clinic.read_back() == [("q1", "comment", None)]
    assert "without a reason is a comment: line 2" in clinic.hospital.said[-1]


def test_sorted_deleted_and_changed_lines_do_not_matter(clinic, issued):
    def shuffle(book):
        sheet = book["Queries"]
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
        sheet.delete_rows(2, 10)
        for row in [["changed", *row[1:]] for row in reversed(rows[:3])]:
            sheet.append(row)
        for _ in range(3):
            sheet.append([None])
        sheet.insert_rows(1)

    clinic.answer(issued, {"q1": ("Not known",), "q4": ("Not known",)}, change=shuffle)

    assert clinic.read_back() == [("q1", "not_known", None)]
    assert clinic.problems == []


def first_cell(key, text):
    def change(book):
        sheet = book["Queries"]
        column = next(cell.column for cell in sheet[1] if cell.value == key)
        sheet.cell(2, column).value = text

    return change


def rename(book):
    cell = next(c for row in book["Please read"] for c in row if c.value == "Workbook")
    cell.offset(0, 1).value = "clinic-queries-1999-01-01"


def drop_id(book):
    sheet = book["Queries"]
    sheet.delete_cols(sheet.max_column)


@pytest.mark.parametrize(
    ("answers", "change", "said", "place"),
    [
        (
            {"q1": ("fixed",)},
            None,
            "no answer that we know",
            {"sheet": "Queries", "line": 2, "column": "Your answer", "value": "fixed"},
        ),
        (
            {"q1": ("Not known",)},
            first_cell("Query id", "q9"),
            "clinic-queries-2020-03-01 has no such query",
            {"line": 2, "column": "Query id", "value": "q9"},
        ),
        (
            {"q1": ("Not known",)},
            first_cell("Query id", None),
            "an answer without its query id",
            {"line": 2},
        ),
        (
            {"q1": ("Not known",), "q2": ("Will be corrected",)},
            first_cell("Query id", "q2"),
            "answered twice",
            {"line": 3, "value": "q2"},
        ),
        (
            {},
            rename,
            "was not issued to `clinic`",
            {"value": "clinic-queries-1999-01-01"},
        ),
        ({}, drop_id, "no sheet has the columns", {}),
        (
            {},
            lambda book: book.remove(book["Please read"]),
            "not a workbook of ours",
            {},
        ),
    ],
)
def test_what_cannot_be_taken_is_told_with_its_place(
    clinic, issued, answers, change, said, place
):
    clinic.answer(issued, answers, change=change)
    clinic.answer(issued, {"q3": ("Not known",)}, name="good.xlsx")

    assert clinic.read_back() == [("q3", "not_known", None)]
    (problem,) = clinic.problems
    assert said in problem.message
    assert problem.file == "queries/clinic/answers/2020-03-20/back.xlsx"
    assert place.items() <= vars(problem).items()
    assert problem.exit_code == 3


def test_a_query_of_another_site_is_told(clinic, issued):
    other = clinic.workspace.queries / "other/issued/2020-03-01"
    other.mkdir(parents=True)
    book = openpyxl.load_workbook(issued)
    first_cell("Query id", "theirs")(book)
    path = other / "other-queries-2020-03-01.xlsx"
    book.save(path)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    (other.parent / "SHA256SUMS").write_text(f"{sha256}  2020-03-01/{path.name}\n")
    clinic.answer(
        issued, {"q1": ("Not known",)}, change=first_cell("Query id", "theirs")
    )

    clinic.read_back()

    assert "issued to `other`" in clinic.problems[0].message


def test_files_that_are_no_workbooks_stop_nothing(clinic, issued):
    clinic.answer(issued, {"q1": ("Not known",)})
    folder = clinic.workspace.queries / "clinic/answers"
    (folder / "2020-03-21").mkdir()
    (folder / "2020-03-21/note.xlsx").write_bytes(b"no zip")
    (folder / "2020-03-21/~$back.xlsx").write_bytes(b"lock of an office")
    shutil.copy(folder / "2020-03-20/back.xlsx", folder / "stray.xlsx")
    clinic.hospital.deliver("drugs.csv", "no\n1\n", "2020-02-28")

    assert clinic.read_back() == [("q1", "not_known", None)]
    assert [problem.file for problem in clinic.problems] == [
        "drugs.csv",
        "queries/clinic/answers/2020-03-21/note.xlsx",
        "queries/clinic/answers/stray.xlsx",
    ]


def test_an_answer_that_asks_for_half_a_terabyte_is_refused(clinic, issued):
    def far(book):
        book["Queries"]["XFD1048576"] = "x"

    clinic.answer(issued, {"q1": ("Not known",)}, change=far)

    assert clinic.read_back() == []
    assert "17,179,869,184 cells" in clinic.problems[0].message


def test_the_ledger_comes_from_the_workbooks_alone(clinic, issued):
    clinic.answer(issued, {"q1": ("Not known", "=1+1")})
    clinic.read_back()
    ledger = ("issued_queries", "query_answers")
    before = {
        p: d
        for p, d in clinic.hospital.landing_bytes().items()
        if p.parents[2].name in ledger
    }
    shutil.rmtree(clinic.workspace.landing)

    clinic.read_back()

    after = clinic.hospital.landing_bytes()
    assert before and {path: after[path] for path in before} == before
