"""The cohort flow for the page: boxes, reasons and a table per site."""

from typing import Any, NamedTuple

from oncohort.analysis.cohort_flow import slug
from oncohort.analysis.results import ALL, Key
from oncohort.report.numbers import Numbers


class FlowBox(NamedTuple):
    """One step: ids of its numbers, and its reasons with theirs."""

    step_no: int
    criterion: str
    n_in: str
    n_out: str
    n_left: str
    reasons: tuple[tuple[str, str], ...]


class Flow(NamedTuple):
    """Steps over all sites, and per site the ids of patients left at each step."""

    boxes: list[FlowBox]
    sites: dict[str, list[FlowBox]]


def flow(study_id: str, analysis_id: str, rows: list[dict[str, Any]]) -> Flow:
    """Arrange the flow for the page.

    Parameters
    ----------
    study_id, analysis_id : str
        Where the results stand.
    rows : list of dict
        Labels: step_no, criterion, reason, site_id.

    Returns
    -------
    Flow
        Empty if there are no rows.
    """
    sites = sorted({row["site_id"] for row in rows})

    def boxes(site: str) -> list[FlowBox]:
        labels = {row["step_no"]: row["criterion"] for row in rows}
        return [
            _box(study_id, analysis_id, site, step_no, labels[step_no], rows)
            for step_no in sorted(labels)
        ]

    return Flow(boxes(ALL), {site: boxes(site) for site in sites})


def _box(
    study_id: str,
    analysis_id: str,
    site: str,
    step_no: int,
    criterion: str,
    rows: list[dict[str, Any]],
) -> FlowBox:
    def key(statistic: str, **parts: str) -> str:
        step = f"step_{step_no}"
        return Key(
            study_id, analysis_id, site, step, statistic=statistic, **parts
        ).result_id

    reasons = sorted(
        {row["reason"] for row in rows if row["step_no"] == step_no and row["reason"]}
    )
    named = tuple((reason, key("n_out", level=slug(reason))) for reason in reasons)
    return FlowBox(step_no, criterion, key("n_in"), key("n_out"), key("n_left"), named)


def sorted_reasons(box: FlowBox, numbers: Numbers) -> list[tuple[str, str]]:
    """Return the reasons that took somebody out, most frequent first."""
    found = [
        (numbers.results[result_id]["n"], reason, result_id)
        for reason, result_id in box.reasons
        if result_id in numbers.results
    ]
    ordered = sorted(found, key=lambda item: (-item[0], item[1]))
    return [(reason, result_id) for _, reason, result_id in ordered]
