"""The gate of `receive`: judges a written delivery before it is moved into landing."""

import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from oncohort.contract import extract_tables
from oncohort.errors import DeliveryRefused
from oncohort.judge.suites import ERROR, FAILED, judge_table, read_suite, suite_files
from oncohort.judge.wording import kind_of, share_of
from oncohort.workspace import Workspace

BOOK = "expectation_results"
_MEMORY = "256MB"
_SHOWN_WORDS = 5


def judge_delivery(
    workspace: Workspace,
    incoming: Path,
    place: tuple[str, str],
    sent: dict[str, set[str]],
) -> tuple[list[dict[str, Any]], list[DeliveryRefused]]:
    """Judge the Parquet of a delivery and write its `expectation_results` beside it.

    Parameters
    ----------
    workspace : Workspace
        Its landing zone holds the earlier deliveries.
    incoming : Path
        Folder that `land.write_delivery` filled.
    place : tuple of str
        Site and date.
    sent : dict
        Contract table -> columns that `site.yml` maps.

    Returns
    -------
    list of dict
        Rows of the book; none if the project has no suites.
    list of DeliveryRefused
        One for each critical expectation that failed or could not be judged.
    """
    suites = suite_files(workspace.project)
    if not suites:
        return [], []
    import duckdb

    from oncohort.judge.relations import Relations
    from oncohort.receive.land import write_book

    scratch = {"temp_directory": str(incoming / "judging"), "memory_limit": _MEMORY}
    with duckdb.connect(config=scratch) as connection:
        relations = Relations(workspace, incoming, place, connection)
        relations.make()
        rows = [
            row
            for name, path in suites.items()
            for row in judge_table(
                relations, name, read_suite(path), sent.get(name, set())
            )
        ]
        problems = [
            _problem(relations, row)
            for row in rows
            if row["severity"] == "critical" and row["status"] in (FAILED, ERROR)
        ]
    write_book(incoming, place, BOOK, rows)
    return rows, problems


def _problem(relations: Any, row: dict[str, Any]) -> DeliveryRefused:
    """Return a critical expectation that did not pass as what keeps a delivery out."""
    name, identifier = row["table_name"], row["expectation_id"]
    place = {"file": f"extracts/{'/'.join(relations.place)}"}
    if row["status"] == ERROR:
        return DeliveryRefused(
            f"{identifier} (critical) could not be judged, so it has not passed: "
            f"{row['observed']}",
            f"correct the expectation in expectations/{name}.json, or report it",
            **place,
        )
    share = share_of(row["n_unexpected"], row["n_checked"])
    return DeliveryRefused(
        f"{identifier} (critical) failed: {row['observed']} ({share}); "
        f"allowed: {row['wanted']}. {row['notes']}",
        f"{kind_of(identifier).remedy}; the limit stands in expectations/{name}.json",
        value=_unknown_words(relations, name, identifier),
        **place,
    )


def _unknown_words(relations: Any, name: str, identifier: str) -> str | None:
    """Return the most frequent words that no code list knows; for the terminal only."""
    _, column, kind = identifier.split(".")
    if not kind.endswith("known"):
        return None
    code_list = extract_tables()[name].column(column).code_list
    words = relations.connection.execute(
        f"select left({column}, 40), count(*) from ({relations.rows(name)}) "  # noqa: S608
        f"where {column} is not null and lower(trim({column})) not in "
        "(select term from terms where code_list = ?) group by 1 "
        "order by 2 desc, 1 limit ?",
        [code_list, _SHOWN_WORDS],
    ).fetchall()
    return ", ".join(f"{word} ({count:,})" for word, count in words)


@lru_cache
def _judge_sha256(project: Path) -> str:
    """Hash of what judges all sites alike: suites, synonyms, this package."""
    sources = [*suite_files(project).values(), project / "seeds" / "code_synonyms.csv"]
    for kind in ("*.py", "*.csv"):
        sources += sorted(Path(__file__).parent.glob(kind))
    found = [path.read_bytes() for path in sources if path.is_file()]
    return hashlib.sha256(b"\0".join(found)).hexdigest()


def judged_by(workspace: Workspace, place: tuple[str, str]) -> str:
    """Return a hash of all that decides what a delivery is judged by.

    Besides suites and code lists these are the site's earlier deliveries, which it is
    compared with. Where it differs from the one it landed under, `receive` judges and
    lands the delivery again: the books stay a function of extracts and configuration.
    """
    if not suite_files(workspace.project):
        return ""
    site_id, delivered_on = place
    landing = workspace.landing
    codes = landing / "site_codes" / f"site={site_id}" / "current" / "part.parquet"
    earlier = sorted((landing / "deliveries" / f"site={site_id}").glob("*/*.json"))
    earlier = [p for p in earlier if p.parent.name.partition("=")[2] < delivered_on]
    files = [path for path in (codes, *earlier) if path.is_file()]
    hashes = [hashlib.sha256(path.read_bytes()).hexdigest() for path in files]
    text = json.dumps([_judge_sha256(workspace.project), *hashes])
    return hashlib.sha256(text.encode()).hexdigest()
