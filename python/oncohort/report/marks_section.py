"""Sections on what was found in units, such as altered genes: figures and tables."""

from functools import partial
from pathlib import Path
from typing import Any

from oncohort.analysis.group_comparison import measured
from oncohort.analysis.oncoplot import ANY, Found, Unit, as_level, found
from oncohort.analysis.plan import Analysis, Plan
from oncohort.figures.groups import Panel, Shares, groups_figure, shares_figure
from oncohort.figures.oncoplot import Group, Track, Words, oncoplot_figure
from oncohort.report.km_figure import on_page
from oncohort.report.numbers import Numbers, mid_sentence
from oncohort.report.study_data import StudyData


def marks_section(
    plan: Plan, analysis: Analysis, data: StudyData, numbers: Numbers, folder: Path
) -> dict[str, Any]:
    """Return what the template shows of one analysis of the kinds in `DRAWN`."""
    made_up = ["Made-up patients"] if plan.made_up else []
    exploratory = [] if analysis.population.confirmatory else ["Exploratory analysis"]
    words = {
        "foot": f"Population: {mid_sentence(analysis.population.label)}.",
        "mark": " · ".join(made_up + exploratory),
    }
    stem = folder / f"{plan.study_id}_{analysis.id}"
    return DRAWN[analysis.kind](analysis, data, numbers, words, stem)


def _oncoplot(
    analysis: Analysis,
    data: StudyData,
    numbers: Numbers,
    words: dict[str, str],
    stem: Path,
) -> dict[str, Any]:
    seen = found(analysis, data.tables)
    rows = seen.most_frequent(analysis.rows_shown)
    key = partial(numbers.key, analysis, variable=analysis.marks.row)
    shares = [
        (row, f"{numbers.text(key('percent', level=as_level(row)))}%") for row in rows
    ]
    tracks = [
        Track(each.label, tuple(level.label for level in each.levels))
        for each in analysis.variables
    ]
    (measure,), unit = analysis.measures, analysis.marks.unit_label
    texts = Words(
        rows=tuple(shares),
        kinds=tuple(kind.label for kind in analysis.mark_kinds),
        bar_label=measure.label.replace(", ", ",\n"),
        side_label=f"No. of {unit}",
        **words,
    )
    drawn = [
        _group(analysis, group.value, rows, seen)._replace(label=group.label)
        for group in analysis.groups
    ]
    figure = oncoplot_figure(drawn, tracks, texts)
    top = ", ".join(" ".join(each) for each in shares[:5])
    sizes = "; ".join(f"{group.label}: {len(group.bars)}" for group in drawn)
    alt = f"{words['mark']}. Oncoplot, {analysis.title}. {unit.capitalize()}: {sizes}."
    alt = f"{alt} Most often altered: {top}. The table below has every number shown."
    any_row = f"Any of all {len(seen.marks)} {analysis.marks.row_label}"
    levels = {any_row: ANY, **{row: as_level(row) for row in rows}}
    keys = [(label, partial(key, level=level)) for label, level in levels.items()]
    return {"figure": on_page(figure, stem, alt), "rows": keys}


def _group(analysis: Analysis, group: str, rows: list[str], seen: Found) -> Group:
    """One group, its units sorted by the first row, then the second, and so on."""
    places = {kind.id: number for number, kind in enumerate(analysis.mark_kinds)}

    def mark(unit: Unit, row: str) -> int | None:
        kinds = seen.marks[row].get(unit.key, set())
        return None if not kinds else -1 if len(kinds) > 1 else places[min(kinds)]

    def rank(unit: Unit) -> tuple:
        marks = [mark(unit, row) for row in rows]
        return (
            [each is None for each in marks],
            [each or 0 for each in marks],
            -(unit.measure or 0),
            unit.key,
        )

    units = sorted((unit for unit in seen.units if unit.group == group), key=rank)
    levels = [[level.value for level in each.levels] for each in analysis.variables]
    return Group(
        label=group,
        marks=[[mark(unit, row) for unit in units] for row in rows],
        bars=[unit.measure for unit in units],
        tracks=[
            [
                known.index(unit.tracks[number])
                if unit.tracks[number] in known
                else None
                for unit in units
            ]
            for number, known in enumerate(levels)
        ],
    )


def _distribution(
    analysis: Analysis,
    data: StudyData,
    numbers: Numbers,
    words: dict[str, str],
    stem: Path,
) -> dict[str, Any]:
    key = partial(numbers.key, analysis, variable=analysis.marks.kind)

    def cell(level: str, group: str) -> tuple[float, int]:
        share, n = (
            numbers.results[key(name, level=level, arm=group)]["value"]
            for name in ("percent", "n")
        )
        return share or 0.0, int(n)

    kinds = [
        Shares(kind.label, tuple(cell(kind.id, g.value) for g in analysis.groups))
        for kind in analysis.mark_kinds
    ]
    labels = tuple(group.label for group in analysis.groups)
    x_label = f"Share of the group's altered {analysis.marks.row_label} (%)"
    figure = shares_figure(kinds, labels, x_label, **words)
    shown = "; ".join(
        f"{kind.label}: "
        + ", ".join(
            f"{label} {share:.1f}%"
            for label, (share, _) in zip(labels, kind.values, strict=True)
        )
        for kind in kinds
    )
    alt = f"{words['mark']}. Bars, {analysis.title}. {shown}."
    rows = [(kind.label, partial(key, level=kind.id)) for kind in analysis.mark_kinds]
    return {"figure": on_page(figure, stem, alt), "rows": rows, "total": key}


def _group_comparison(
    analysis: Analysis,
    data: StudyData,
    numbers: Numbers,
    words: dict[str, str],
    stem: Path,
) -> dict[str, Any]:
    labels = {group.value: group.label for group in analysis.groups}
    panels, rows = [], []
    for measure in analysis.measures:
        key = partial(numbers.key, analysis, variable=measure.column)
        p_value = numbers.text(key("mann_whitney_p"))
        both = measured(analysis, measure, data.tables)
        groups = tuple((labels[e.group], e.values.tolist()) for e in both)
        test = f"Mann–Whitney P {numbers.sign(p_value)}"
        panels.append(Panel(measure.label, groups, test))
        rows.append((measure, key))
    words["foot"] += " Thick line: median; thin: quartiles."
    figure = groups_figure(panels, **words)
    alt = f"{words['mark']}. Points and quartiles, {analysis.title}. " + " ".join(
        f"{panel.label}: {panel.comparison}." for panel in panels
    )
    return {"figure": on_page(figure, stem, alt), "rows": rows}


DRAWN = {
    "oncoplot": _oncoplot,
    "distribution": _distribution,
    "group_comparison": _group_comparison,
}
