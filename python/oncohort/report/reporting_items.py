"""The reporting checklist: STROBE for cohort studies and RECORD, where each is met."""

from typing import Any

from oncohort.analysis.plan import Plan
from oncohort.analysis.plan_checks import reporting_rows


def reporting_items(plan: Plan, pages: dict[str, str]) -> list[dict[str, Any]]:
    """Return each item with where it is met, `status` and `note`.

    What `reporting_items.csv` says of every report: an item is met on the first of its
    pages that this study has, only partly if a `gap` is named, not met without a page.
    The study's `[reporting]` has the last word.

    Parameters
    ----------
    plan : Plan
        Its `reporting` is item -> status and note.
    pages : dict of str to str
        Pages of this study's report and their files.
    """
    found = []
    for row in reporting_rows():
        links = {}
        for place in row["places"].split():
            page, mark, anchor = place.partition("#")
            page_id = "" if page == "answer" else page
            if page_id in pages:
                links[anchor or page] = pages[page_id] + mark + anchor
        status = ("partly" if row["gap"] else "met") if links else "not met"
        note = row["met_by"] if links else row["gap"] or "no such page in this report"
        if status == "partly":
            note = f"{row['met_by']}; missing: {row['gap']}"
        said = {"status": status, "note": note, **plan.reporting.get(row["item"], {})}
        shown = links if said["status"] != "not met" else {}
        found.append({**row, "links": shown, **said})
    return found
