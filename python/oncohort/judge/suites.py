"""Runs the suites of `expectations/` and turns their results into records."""

import json
import logging
import os
import re
import warnings
from functools import lru_cache
from pathlib import Path
from typing import Any

from oncohort.contract import extract_tables
from oncohort.judge.relations import Relations
from oncohort.judge.wording import observed, percent, wanted

PASSED, FAILED, NOT_APPLICABLE, ERROR = "passed", "failed", "not applicable", "error"
_NAMES = re.compile(r"[a-z][a-z_0-9]*")
# judged by numbers of rows, so also where no row is left
_OF_NO_ROWS = "expect_table_row_count_to_be_between"
# the mean of ones and zeros: the share of the filled values that can be used
_OF_MEAN = "expect_column_mean_to_be_between"


def suite_files(project: Path) -> dict[str, Path]:
    """Return contract table -> its suite, of those that have one."""
    folder = project / "expectations"
    named = {name: folder / f"{name}.json" for name in extract_tables()}
    return {name: path for name, path in named.items() if path.is_file()}


def judge_table(
    relations: Relations, name: str, suite: dict[str, Any], sent: set[str]
) -> list[dict[str, Any]]:
    """Judge one table; return a row of the book `expectation_results` per expectation.

    Parameters
    ----------
    relations : Relations
        Made from the delivery.
    name : str
        Table of the contract.
    suite : dict
        Suite as its JSON has it.
    sent : set of str
        Columns that `site.yml` maps; an optional one that it does not is not judged.

    Returns
    -------
    list of dict
        In the order of the suite. Nobody knows is never passed: what could not be run
        has status error.
    """
    reasons = [
        _why_not(relations, name, expectation, sent)
        for expectation in suite["expectations"]
    ]
    asked = [
        expectation
        for expectation, reason in zip(suite["expectations"], reasons, strict=True)
        if reason is None
    ]
    answers = iter(_run(relations, name, asked) if asked else [])
    rows = []
    for expectation, reason in zip(suite["expectations"], reasons, strict=True):
        found = {"status": NOT_APPLICABLE, "observed": reason}
        if reason is None:
            found = _found(relations, name, expectation, next(answers))
        meta = expectation["meta"]
        rows.append(
            {
                "site_id": relations.place[0],
                "delivered_on": relations.place[1],
                "table_name": name,
                "expectation_id": meta["id"],
                "severity": meta["severity"],
                "kahn_category": meta["kahn_category"],
                "n_checked": 0,
                "n_unexpected": 0,
                "wanted": wanted(meta, _fraction(expectation)),
                "notes": meta["notes"],
            }
            | found
        )
    return rows


def _why_not(relations, name, expectation, sent) -> str | None:
    """Return why an expectation is not applicable, None if it is."""
    figures = relations.figures.get(name)
    if figures is None:
        return "the delivery holds no such table"
    kwargs = expectation["kwargs"]
    named = _figures_named(kwargs) | set(expectation["meta"].get("checked", "").split())
    if named - set(figures):
        return "no earlier full delivery to compare with"
    column = expectation["meta"]["id"].split(".")[1]
    contract = {c.name: c for c in extract_tables()[name].content}
    if column in contract and column not in sent and not contract[column].required:
        return "the site does not send it"
    of_rows = expectation["type"] == _OF_NO_ROWS
    if not (figures[min(named)] if of_rows else figures["rows"]):
        return "the table holds no row"
    if expectation["type"] == _OF_MEAN and not _n_checked(figures, expectation):
        return "nothing to judge"
    return None


def _n_checked(figures: dict[str, float], expectation: dict[str, Any]) -> int:
    """Return how many rows a share is of: all, or those that are filled."""
    column = expectation["kwargs"]["column"]
    of_filled = expectation["type"] == _OF_MEAN
    return figures[f"{column}_filled" if of_filled else "rows"]


def _figures_named(kwargs: dict[str, Any]) -> set[str]:
    """Return the figures that the `$PARAMETER`s of an expectation name."""
    formulas = [v["$PARAMETER"] for v in kwargs.values() if isinstance(v, dict)]
    return {name for formula in formulas for name in _NAMES.findall(formula)}


@lru_cache
def _context() -> Any:
    """Return Great Expectations' context: in memory, silent, nothing sent anywhere."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    warnings.filterwarnings("ignore", module="great_expectations")
    import great_expectations

    logging.getLogger("great_expectations").setLevel(logging.CRITICAL)
    context = great_expectations.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    return context


def _run(relations: Relations, name: str, asked: list[dict]) -> list[dict[str, Any]]:
    """Run expectations in one validation; return each one's answer."""
    context = _context()
    from great_expectations import ExpectationSuite
    from great_expectations.validator.v1_validator import Validator

    from oncohort.judge.duckdb_dialect import batch_of

    form = {"result_format": "BASIC", "partial_unexpected_count": 0}
    try:
        batch = batch_of(context, relations.connection, name)
        # Great Expectations copies the meta often; the id is enough to find it again
        lean = [one | {"meta": {"id": one["meta"]["id"]}} for one in asked]
        suite = ExpectationSuite(name=name, expectations=lean)
        given = Validator(batch, form).validate_expectation_suite(
            suite, dict(relations.figures[name])
        )
        by_id = {
            one.expectation_config.meta["id"]: one.to_json_dict()
            for one in given.results
        }
        return [by_id[expectation["meta"]["id"]] for expectation in asked]
    except Exception as error:  # noqa: BLE001  whatever it was, nobody knows the answer
        info = {"raised_exception": True, "exception_message": repr(error)}
        return [{"success": False, "exception_info": info}] * len(asked)


def exception_of(answer: dict[str, Any]) -> str | None:
    """Return the message if an expectation could not be evaluated, in either shape."""
    info = answer.get("exception_info") or {}
    shapes = [info, *(one for one in info.values() if isinstance(one, dict))]
    for one in shapes:
        if one.get("raised_exception"):
            said = (
                one.get("exception_message") or "an exception without words"
            ).strip()
            return said.splitlines()[0][:300]
    return None if answer.get("result") else "no result"


def _found(relations, name, expectation, answer) -> dict[str, Any]:
    """Return status, counts and what was observed, from one answer."""
    trouble = exception_of(answer)
    if trouble is not None:
        return {"status": ERROR, "observed": f"could not be judged: {trouble}"}
    figures, result = relations.figures[name], answer["result"]
    meta = expectation["meta"]
    seen = result["observed_value"]
    if expectation["type"] == "unexpected_rows_expectation":
        n_checked, n_unexpected = figures[meta["checked"]], seen
    elif expectation["type"] == _OF_NO_ROWS:
        (against,) = _figures_named(expectation["kwargs"])
        n_checked = figures[against]
        n_unexpected = max(0, n_checked - seen)
    else:
        n_checked = _n_checked(figures, expectation)
        n_unexpected = round(n_checked * (1 - seen))
    found = {"n_checked": n_checked, "n_unexpected": n_unexpected}
    is_many = n_unexpected > meta["limit_count"]
    if "limit_fraction" in meta:
        is_many = is_many and n_unexpected > meta["limit_fraction"] * n_checked
    failed = is_many and not answer["success"]
    said = observed(relations, name, meta["id"], n_unexpected, n_checked)
    return {"status": FAILED if failed else PASSED, "observed": said, **found}


def _fraction(expectation: dict[str, Any]) -> str:
    """Return the share limit as people read it."""
    kwargs, meta = expectation["kwargs"], expectation["meta"]
    if "limit_fraction" in meta:
        return percent(meta["limit_fraction"])
    limit = kwargs.get("min_value")
    if isinstance(limit, dict):
        limit = float(limit["$PARAMETER"].rpartition("*")[2])
    return percent(1 - limit) if limit is not None else ""


def read_suite(path: Path) -> dict[str, Any]:
    """Return a suite as its JSON has it."""
    return json.loads(path.read_text(encoding="utf-8"))
