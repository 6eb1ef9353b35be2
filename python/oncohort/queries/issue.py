"""`oncohort queries SITE`: one workbook with all that the site has yet to answer."""

import datetime
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from oncohort.errors import ConfigError
from oncohort.workspace import Workspace


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
    from oncohort.queries.ledger import issued_books, land_ledger
    from oncohort.queries.pending import SEVERITIES, pending_queries
    from oncohort.queries.register import add_workbook
    from oncohort.queries.workbook import workbook_bytes
    from oncohort.receive.site_config import read_site
    from oncohort.sql import database_file

    issued_on = _day(issued_on)
    folder = workspace.site_dirs().get(site_id)
    if folder is None:
        known = ", ".join(workspace.site_dirs()) or "none yet"
        raise ConfigError(f"`{site_id}` is not a known site", f"known: {known}")
    site = read_site(folder, workspace.relative(folder))
    database = database_file(workspace, working)
    as_of_on, queries = pending_queries(workspace, site, database)
    asked = {
        query_id
        for book, _ in issued_books(workspace, site_id).values()
        for _, query_id, *_ in book.lines
        if book.as_of_on == as_of_on
    }
    new = [query for query in queries if query.query_id not in asked]
    if not new:
        said = f"{len(asked):,} issued already" if asked else "no query is open"
        say(f"{site_id}: nothing new to ask about the delivery of {as_of_on}; {said}")
        return None

    def content(name: str) -> bytes:
        return workbook_bytes(site, name, as_of_on, issued_on, queries)

    path = add_workbook(workspace, site_id, issued_on, content)
    land_ledger(workspace, site_id, lambda line: None)
    counted = Counter(query.severity for query in queries)
    counts = ", ".join(f"{counted[s]:,} {s}" for s in SEVERITIES if counted[s])
    n_queries = f"{len(queries):,} {'query' if len(queries) == 1 else 'queries'}"
    say(f"{site_id}: {n_queries} ({counts}) about the delivery of {as_of_on}")
    say(f"send {workspace.relative(path)}")
    return path


def _day(text: str | None) -> str:
    from oncohort.queries.register import is_iso_date

    if text is None:
        return datetime.date.today().isoformat()
    if not is_iso_date(text):
        raise ConfigError(
            "the day of issue is no date", "write it as 2024-03-31", value=text
        )
    return text
