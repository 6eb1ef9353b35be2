"""`oncohort queries SITE`: one workbook with all that the site has yet to answer."""

import datetime
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from oncohort.errors import ConfigError
from oncohort.judge.wording import SEVERITIES
from oncohort.queries.ledger import issued_books, land_ledger
from oncohort.queries.pending import pending_queries
from oncohort.queries.register import add_workbook
from oncohort.queries.workbook import workbook_bytes
from oncohort.receive.site_config import SiteConfig, read_site
from oncohort.sql import database_file
from oncohort.workspace import Workspace, is_iso_date


def issue_queries(
    workspace: Workspace,
    site_id: str,
    issued_on: str | None = None,
    working: bool = False,
    say: Callable[[str], None] = print,
) -> Path | None:
    """Write the next feedback workbook of a site; None if there is nothing new to ask.

    New is a query that no workbook about the site's newest delivery holds. The caller
    holds the workspace's lock.

    Parameters
    ----------
    issued_on : str, optional
        Day of issue, ISO; by default today.
    working : bool
        Ask the working database instead of the published one.

    Raises
    ------
    ConfigError
        If the site is unknown, the date is none, nothing is built or published, or an
        issued workbook was tampered with.
    """
    issued_on = _day(issued_on)
    site = _site(workspace, site_id)
    database = database_file(workspace, working)
    as_of_on, queries = pending_queries(workspace, site, database)
    asked = _asked(workspace, site_id, as_of_on)
    if asked.issuperset(query.query_id for query in queries):
        said = f"{len(queries):,} wait for an answer" if queries else "no query is open"
        say(f"{site_id}: nothing new to ask about the delivery of {as_of_on}; {said}")
        return None

    def content(name: str) -> bytes:
        return workbook_bytes(site, name, as_of_on, issued_on, queries)

    path = add_workbook(workspace, site_id, issued_on, content)
    land_ledger(workspace, site_id, lambda line: None)
    counts = _counts(Counter(query.severity for query in queries))
    say(f"{site_id}: {counts} about the delivery of {as_of_on}")
    say(f"send {workspace.relative(path)}")
    return path


def _asked(workspace: Workspace, site_id: str, as_of_on: str) -> set[str]:
    """Return the queries in any workbook about one delivery of the site."""
    return {
        query_id
        for book, _ in issued_books(workspace, site_id).values()
        for _, query_id, *_ in book.lines
        if book.as_of_on == as_of_on
    }


def _counts(counted: Counter[str]) -> str:
    total = counted.total()
    parts = ", ".join(f"{counted[s]:,} {s}" for s in SEVERITIES if counted[s])
    return f"{total:,} {'query' if total == 1 else 'queries'} ({parts})"


def _site(workspace: Workspace, site_id: str) -> SiteConfig:
    folders = workspace.site_dirs()
    if site_id not in folders:
        known = ", ".join(folders) or "none yet"
        raise ConfigError(f"`{site_id}` is not a known site", f"known: {known}")
    return read_site(folders[site_id], workspace.relative(folders[site_id]))


def _day(text: str | None) -> str:
    if text is None:
        return datetime.date.today().isoformat()
    if not is_iso_date(text):
        raise ConfigError(
            "the day of issue is no date", "write it as 2024-03-31", value=text
        )
    return text
