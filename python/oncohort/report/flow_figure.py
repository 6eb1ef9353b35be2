"""The flow diagram of a study: from result rows to files."""

from pathlib import Path
from typing import Any

from oncohort.analysis.plan import Analysis, Plan
from oncohort.figures.flow import End, Step, flow_figure
from oncohort.report.km_figure import on_page
from oncohort.report.numbers import Numbers
from oncohort.report.study_data import Row

# how a plan says in a population's label that time zero does not know who is in it
SET = "(a post-baseline set)"


def flow_on_page(
    plan: Plan,
    analysis: Analysis,
    steps: list[Row],
    arms: list[tuple[str, str]],
    numbers: Numbers,
    folder: Path,
) -> dict[str, Any] | None:
    """Draw the flow and save it three ways; None if nobody is counted.

    `steps` and `arms` as the page lists them: labels, and ids of results.
    """

    def n(statistic: str, step: Row) -> int | str:
        key = numbers.key(analysis, statistic, variable=step["variable"])
        return numbers.results[key]["n"]

    if not steps:
        return None
    drawn = [
        Step(
            step["criterion"],
            n("n_left", step),
            n("n_out", step),
            tuple((text, numbers.results[key]["n"]) for text, key in step["reasons"]),
        )
        for step in steps
    ]
    sizes = [(label, numbers.results.get(key)) for label, key in arms]
    ends = [
        End(label, row["n"], tuple(_sets(plan, numbers, row["arm"])))
        for label, row in sizes
        if row
    ]
    figure = flow_figure(drawn, ends, "Made-up patients" if plan.made_up else "")
    stem = folder / f"{plan.study_id}_{analysis.id}"
    last = f"{drawn[0].label}: {drawn[0].n}; {drawn[-1].label}: {drawn[-1].n}"
    return on_page(figure, stem, f"Flow diagram. {last}.")


def _sets(plan: Plan, numbers: Numbers, arm: str) -> list[str]:
    """Who of an arm is analysed: by confirmatory endpoint, then each evaluable set."""
    lines = {}
    for analysis in plan.analyses:
        if analysis.kind == "time_to_event" and analysis.population.confirmatory:
            text = numbers.of(analysis, arm=arm)
            if text("n"):
                shown = f"{text('n')} analysed, {text('n_events')} events"
                lines[analysis.endpoint.id] = f"{analysis.endpoint.label}: {shown}"
    for analysis in plan.analyses:
        population = analysis.population
        # a set in itself, not a part of one
        if population and SET in population.label and len(population.filter) == 1:
            key = numbers.key(analysis, "n", variable="patients", arm=arm)
            if numbers.text(key):
                name = population.label.replace(SET, "").strip()
                lines[population.id] = f"{name}: {numbers.text(key)}"
    return list(lines.values())
