"""What is compared: tables of a publication, their keys, the values that may differ."""

from collections.abc import Callable
from typing import Any, NamedTuple

# sums come out otherwise in the last digits when rows stand in another order
ROUNDED = {"value": "round(value, 9)"}


def _listed(row: dict[str, Any]) -> str:
    return ", ".join("-" if value is None else str(value) for value in row.values())


def _eligibility(row: dict[str, Any]) -> str:
    if row["is_eligible"]:
        return "in the cohort"
    return f"out at step {row['failed_step_no']}: {row['reason']}"


def _endpoint(row: dict[str, Any]) -> str:
    what = "event" if row["is_event"] else "censored"
    return f"{row['followup_days']} d, {what}, {row['exit_reason']}"


class Section(NamedTuple):
    """A table of two publications, compared row by row.

    `table` without a schema is one of each study; `in_both`: rows that only one of the
    publications has are told elsewhere; `same`: columns that must not differ;
    `is_brief`: only counted, unless all is asked for.
    """

    name: str
    title: str
    table: str
    keys: tuple[str, ...]
    values: tuple[str, ...]
    text: Callable[[dict[str, Any]], str] = _listed
    in_both: bool = False
    same: tuple[str, ...] = ()
    is_brief: bool = False

    @property
    def columns(self) -> set[str]:
        """Every column that is read, the study's aside."""
        return {*self.keys, *self.values, *self.same}


SECTIONS = (
    Section(
        "patients",
        "Patients in, out or at another step",
        "eligibility",
        ("site_id", "patient_id"),
        ("is_eligible", "failed_step_no", "reason"),
        _eligibility,
    ),
    Section(
        "arms",
        "Arm and time zero",
        "entries",
        ("site_id", "patient_id"),
        ("arm", "time_zero_on"),
        # who came or went stands among the patients
        in_both=True,
    ),
    Section(
        "endpoints",
        "Endpoints",
        "core.time_to_event",
        ("patient_id", "endpoint_code", "rule_set_id"),
        ("followup_days", "is_event", "exit_reason"),
        _endpoint,
    ),
    Section(
        "responses",
        "Best responses",
        "core.best_responses",
        ("patient_id", "rule_set_id", "is_confirmed"),
        ("response_code", "response_on"),
    ),
    Section(
        "results", "Results as printed", "analysis.results", ("result_id",), ("text",)
    ),
    Section(
        "results_beyond_print",
        "Results that differ beyond the print",
        "analysis.results",
        ("result_id",),
        ("value", "n", "denominator"),
        in_both=True,
        same=("text",),
        is_brief=True,
    ),
    Section(
        "published",
        "Against the print",
        "analysis.published_vs_ours",
        ("id",),
        ("ours", "verdict"),
    ),
)
