"""What became of the last dbt build: read from the working database.

The table is written by dbt itself (macros/build_results.sql), so that it is right
whoever built, and goes with the database it is about.
"""

from pathlib import Path
from typing import Any, NamedTuple

from oncohort.errors import BuildFailed

_ENDED_WELL = ("success", "pass", "warn")
_SHOWN = 20


class BuildResults(NamedTuple):
    """Data tests that passed, that warn (name -> rows), and models' seconds."""

    n_tests_passed: int
    warned: dict[str, int]
    seconds: dict[str, float]


def build_results(working_db: Path) -> BuildResults:
    """Return what became of each node of the last builds.

    Raises
    ------
    BuildFailed
        If there is no working database, or not all that was to be built, was.
    """
    import duckdb

    if not working_db.is_file():
        raise BuildFailed("there is no working database", "run `oncohort build` first")
    # else a missing table could mean a name of this program
    strict = {"python_enable_replacements": False}
    with duckdb.connect(str(working_db), read_only=True, config=strict) as connection:
        try:
            rows: list[Any] = connection.execute(
                "select name, resource_type, status, seconds, n_failures "
                "from main.build_results order by name"
            ).fetchall()
        except duckdb.CatalogException:
            rows = []
    if not rows:
        raise BuildFailed("nothing was built yet", "run `oncohort build` first")
    bad = [
        f"  {kind} {name}: {status}"
        for name, kind, status, *_ in rows
        if status not in _ENDED_WELL
    ]
    if bad:
        more = [f"  and {len(bad) - _SHOWN} more"] if len(bad) > _SHOWN else []
        listed = "\n".join([*bad[:_SHOWN], *more])
        raise BuildFailed(
            f"the last build did not end well; nothing was published\n{listed}",
            "run `oncohort build`: it says what is wrong and how to look at it",
        )
    return BuildResults(
        sum(status == "pass" for _, _, status, *_ in rows),
        {name: n for name, _, status, _, n in rows if status == "warn"},
        {name: round(s, 3) for name, kind, _, s, _ in rows if kind == "model"},
    )
