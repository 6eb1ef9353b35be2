"""The ledger of queries in the landing zone, from the workbooks alone.

`issued_queries` has what each issued workbook asked, `query_answers` what came back.
Both are written anew from `queries/` each time: a lost landing zone loses nothing.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from oncohort.errors import ConfigError, DeliveryRefused
from oncohort.queries.read_back import (
    Answers,
    FeedbackWorkbook,
    answers_of,
    read_feedback,
)
from oncohort.queries.register import SUMS, issued_workbooks
from oncohort.receive.configuration import write_if_new
from oncohort.receive.verdict import REFUSED, Verdict
from oncohort.workspace import Workspace, is_hidden, is_iso_date, sha256_of

Issued = dict[str, tuple[FeedbackWorkbook, dict[str, Any]]]


def land_ledger(
    workspace: Workspace,
    site: str | None = None,
    say: Callable[[str], None] = print,
) -> list[Verdict]:
    """Land what was issued and answered, of one site or of all.

    A workbook that cannot be read counts for nothing; a site whose issued workbooks
    were tampered with keeps what had landed. Returns a verdict for each such problem.
    """
    issued: dict[str, Issued] = {}
    verdicts = []
    for name in _sites(workspace):
        try:
            issued[name] = issued_books(workspace, name)
        except (ConfigError, DeliveryRefused) as problem:
            if site in (None, name):
                verdicts.append(Verdict(name, "queries", REFUSED, problems=[problem]))
    owners = {
        query_id: name
        for name, books in issued.items()
        for book, _ in books.values()
        for _, query_id, *_ in book.lines
    }
    for name in issued:
        if site in (None, name):
            verdicts += _land(workspace, name, issued[name], owners, say)
    return verdicts


def _sites(workspace: Workspace) -> list[str]:
    folders = [*workspace.queries.glob("*/")]
    landed = workspace.landing.glob("issued_queries/site=*/current/")
    names = {folder.name for folder in folders if not is_hidden(folder.name)}
    return sorted(names | {folder.parent.name.partition("=")[2] for folder in landed})


def issued_books(workspace: Workspace, site_id: str) -> Issued:
    """Return each issued workbook by name, with what its rows share."""
    books = {}
    for path, sha256 in issued_workbooks(workspace, site_id).items():
        book = read_feedback(path, workspace.relative(path))
        books[book.name] = (
            book,
            {
                "site_id": site_id,
                "workbook": _shown(workspace, site_id, path),
                "workbook_sha256": sha256,
                "issued_on": path.parent.name,
                "as_of_on": book.as_of_on,
            },
        )
    landed = workspace.landing / "issued_queries" / f"site={site_id}" / "current"
    if not books and landed.is_dir():
        raise ConfigError(
            f"the issued workbooks of `{site_id}` are gone",
            "restore the folder from a backup; to forget what was issued, delete "
            f"{workspace.relative(landed)}",
            file=f"queries/{site_id}/issued/{SUMS}",
        )
    return books


def _land(
    workspace: Workspace,
    site_id: str,
    issued: Issued,
    owners: dict[str, str],
    say: Callable[[str], None],
) -> list[Verdict]:
    asked = [
        {**shared, "query_id": query_id}
        for book, shared in issued.values()
        for _, query_id, *_ in book.lines
    ]
    answered: list[dict[str, Any]] = []
    verdicts = []
    folder = workspace.queries / site_id / "answers"
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        if is_hidden(path.name):
            continue
        shown = _shown(workspace, site_id, path)
        try:
            answers, shared = _came_back(workspace, site_id, path, issued, owners)
            problems = answers.problems
        except DeliveryRefused as problem:
            problems = [problem]
        if problems:
            verdicts.append(Verdict(site_id, shown, REFUSED, problems=problems))
        else:
            answered += _rows(answers, shared)
            say(f"{site_id} {shown}: {answers}")
    owner = f"site={site_id}/current"
    for table, rows in (("issued_queries", asked), ("query_answers", answered)):
        if rows or (workspace.landing / table / owner).is_dir():
            write_if_new(workspace, table, owner, rows)
    return verdicts


def _came_back(
    workspace: Workspace,
    site_id: str,
    path: Path,
    issued: Issued,
    owners: dict[str, str],
) -> tuple[Answers, dict[str, str]]:
    """Return what one workbook answers, and what its rows share."""
    shown, day = workspace.relative(path), path.parent.name
    if not is_iso_date(day) or path.parents[1].name != "answers":
        raise DeliveryRefused(
            "a workbook that came back lies in no folder named by its date",
            f"put it into queries/{site_id}/answers/<date>/, such as 2024-03-31",
            file=shown,
        )
    book = read_feedback(path, shown)
    if book.name not in issued:
        raise DeliveryRefused(
            f"the workbook answers one that was not issued to `{site_id}`",
            f"put it into the folder of its site; {site_id} was sent: "
            f"{', '.join(issued) or 'nothing yet'}",
            file=shown,
            value=book.name,
        )
    sent, _ = issued[book.name]
    shared = {
        "site_id": site_id,
        "workbook": _shown(workspace, site_id, path),
        "workbook_sha256": sha256_of(path),
        "as_of_on": sent.as_of_on,
        "answered_on": day,
    }
    asked = {query_id for _, query_id, *_ in sent.lines}
    return answers_of(book, asked, owners), shared


def _rows(answers: Answers, shared: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {
            **shared,
            "query_id": query_id,
            "answer_code": code,
            "comment": comment or None,
        }
        for query_id, (code, comment) in sorted(answers.given.items())
    ]


def _shown(workspace: Workspace, site_id: str, path: Path) -> str:
    return path.relative_to(workspace.queries / site_id).as_posix()
