"""A feedback workbook read: what it asked, and what the site wrote into it.

The site may have sorted, filtered or deleted lines, and saved it in any spreadsheet
program. A line is known by its query id, a workbook by its name on the first sheet; no
other cell is believed. Formulas are not evaluated.
"""

from dataclasses import dataclass, field
from pathlib import Path

from oncohort.errors import DeliveryRefused, OncohortError
from oncohort.queries.register import NAME
from oncohort.queries.texts import answer_codes, same, texts, words_for
from oncohort.receive.read_workbook import all_sheets
from oncohort.workspace import is_iso_date

_KEYS = ("query_id", "answer", "comment")
_HEADER_WITHIN = 30
_NOT_OURS = "put the workbook there that the site sent back, with both its sheets"


@dataclass
class FeedbackWorkbook:
    """A workbook of ours: its name, the delivery it is about, its lines.

    `lines` has the sheet's line, the query id, the answer as written, the comment.
    """

    shown: str
    name: str
    as_of_on: str
    sheet: str
    lines: list[tuple[int, str, str, str]]

    def error(self, message: str, remedy: str, line: int, **place) -> DeliveryRefused:
        """Return an error about a line."""
        place |= {"file": self.shown, "sheet": self.sheet, "line": line}
        return DeliveryRefused(message, remedy, **place)


@dataclass
class Answers:
    """What a site answered in one workbook; nothing of it counts if it has problems.

    `given` maps a query id to answer code and comment; `unexplained` has the lines
    that say 'correct as recorded' and not why.
    """

    given: dict[str, tuple[str, str]] = field(default_factory=dict)
    unexplained: list[int] = field(default_factory=list)
    problems: list[OncohortError] = field(default_factory=list)

    def __str__(self) -> str:
        """Return how many answers were read, and which are not taken as meant."""
        count = len(self.given)
        said = f"{count:,} {'answer' if count == 1 else 'answers'} read"
        if self.unexplained:
            lines = ", ".join(map(str, self.unexplained))
            said += (
                f"; 'correct as recorded' without a reason is a comment: line {lines}"
            )
        return said


def read_feedback(path: Path, shown: str) -> FeedbackWorkbook:
    """Read a feedback workbook, whichever program saved it last.

    Raises
    ------
    DeliveryRefused
        If the file is no workbook, or none of ours.
    """
    sheets = dict(all_sheets(path, shown, _NOT_OURS))
    facts = {
        same(row[0]): row[1].strip()
        for rows in sheets.values()
        for row in rows[:_HEADER_WITHIN]
        if len(row) > 1
    }
    name, as_of_on = (
        next((facts[word] for word in words_for(key) if word in facts), "")
        for key in ("workbook", "as_of")
    )
    if not NAME.fullmatch(name) or not is_iso_date(as_of_on):
        raise DeliveryRefused(
            "not a workbook of ours: no sheet names the workbook and the delivery",
            _NOT_OURS,
            file=shown,
        )
    for sheet, rows in sheets.items():
        for number, row in enumerate(rows[:_HEADER_WITHIN], start=1):
            place = _columns(row)
            if place:
                lines = _lines(rows[number:], number + 1, place)
                return FeedbackWorkbook(shown, name, as_of_on, sheet, lines)
    wanted = ", ".join(f"`{texts('en')[key]}` ({texts('zh')[key]})" for key in _KEYS)
    raise DeliveryRefused(
        f"no sheet has the columns {wanted}",
        "ask the site for the workbook with all its columns, none renamed",
        file=shown,
    )


def _columns(row: list[str]) -> list[int] | None:
    """Return where the columns stand if the row is the header."""
    cells = [same(cell) for cell in row]
    found = [
        next((i for i, cell in enumerate(cells) if cell in words_for(key)), None)
        for key in _KEYS
    ]
    return None if None in found else found


def _lines(
    rows: list[list[str]], first: int, place: list[int]
) -> list[tuple[int, str, str, str]]:
    cells = (
        (line, *(row[i].strip() if i < len(row) else "" for i in place))
        for line, row in enumerate(rows, start=first)
    )
    return [(line, *texts_) for line, *texts_ in cells if any(texts_)]


def answers_of(
    book: FeedbackWorkbook, asked: set[str], owners: dict[str, str]
) -> Answers:
    """Return what a workbook that came back says.

    `asked` are the queries of the issued workbook, `owners` has the site of any query.
    """
    answers = Answers()
    for line, query_id, word, comment in book.lines:
        if not (word or comment):
            continue
        code = answer_codes().get(same(word)) if word else "comment"
        problem = _problem(book, line, query_id, asked, owners)
        if problem is None and code is None:
            known = ", ".join(sorted(set(answer_codes())))
            problem = book.error(
                f"no answer that we know; known: {known}",
                "write one of these, or move the words to the comment",
                line,
                column=texts("en")["answer"],
                value=word,
            )
        if problem is None and code == "correct_as_recorded" and not comment:
            answers.unexplained.append(line)
            code = "comment"
        answer = (code or "", comment)
        if problem is None and answers.given.setdefault(query_id, answer) != answer:
            problem = book.error(
                "the query is answered twice, and differently",
                "keep one of the two lines",
                line,
                value=query_id,
            )
        if problem is not None:
            answers.problems.append(problem)
    return answers


def _problem(
    book: FeedbackWorkbook,
    line: int,
    query_id: str,
    asked: set[str],
    owners: dict[str, str],
) -> DeliveryRefused | None:
    if query_id in asked:
        return None
    message = f"the workbook {book.name} has no such query"
    if not query_id:
        message = "an answer without its query id"
    elif query_id in owners:
        message = f"{message}; it was issued to `{owners[query_id]}` in another one"
    column = texts("en")["query_id"]
    remedy = f"restore the line's id from {book.name}, or delete the line"
    return book.error(message, remedy, line, column=column, value=query_id)
