"""The oncoplot: units as columns, what is altered as rows; measures are in inches."""

from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from oncohort.figures.look import INK, MUTED, STROKES, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, LEFT, RIGHT, SIDE = 9.6, 1.45, 0.15, 1.05
ROW, TRACK, BARS, HEAD, GAP = 0.165, 0.13, 0.75, 0.30, 0.10
LEGEND, LEGEND_ROW = 0.28, 0.20
# columns left free between two groups
BREAK = 2.5
# of a cell: colour, height, height of its foot; a photocopy tells them apart by both
FORMS = (
    (STROKES[0].colour, 0.86, 0.0),
    (STROKES[1].colour, 0.86, 0.0),
    (STROKES[3].colour, 0.42, 0.0),
    (STROKES[2].colour, 0.42, 0.44),
)
SEVERAL = (INK, 0.86, 0.0)


class Group(NamedTuple):
    """Units of one group, in the order drawn: label, marks and values of each.

    `marks` has one row per drawn row: the place of its kind, -1 for several, else None.
    `tracks` has one row per track: the place of its level, None where it is unknown.
    """

    label: str
    marks: list[list[int | None]]
    bars: list[float | None]
    tracks: list[list[int | None]]


class Track(NamedTuple):
    """One strip of annotation: its label and those of its levels (at most four)."""

    label: str
    levels: tuple[str, ...]


class Words(NamedTuple):
    """Texts of the figure; `rows` are labels with their shares as text."""

    rows: tuple[tuple[str, str], ...]
    kinds: tuple[str, ...]
    bar_label: str
    side_label: str
    foot: str
    mark: str


def oncoplot_figure(groups: list[Group], tracks: list[Track], words: Words) -> "Figure":
    """Matrix of what is altered, bars on top, counts at the side, annotation below.

    The figure is not bound to a screen; save it with `saved`.

    References
    ----------
    Gu Z, Eils R, Schlesner M (2016). Bioinformatics 32:2847-2849.
    """
    from matplotlib.figure import Figure

    strips, matrix = TRACK * len(tracks), ROW * len(words.rows)
    below = LEGEND + LEGEND_ROW * (len(tracks) + 1) + 0.35
    height = HEAD + BARS + GAP + matrix + GAP / 2 + strips + below
    plot = WIDTH - LEFT - SIDE - RIGHT

    def box(left: float, bottom: float, width: float, tall: float) -> tuple:
        return (left / WIDTH, bottom / height, width / WIDTH, tall / height)

    with style():
        figure = Figure(figsize=(WIDTH, height))
        middle = below + strips + GAP / 2
        cells = figure.add_axes(box(LEFT, middle, plot, matrix))
        _cells(cells, groups, words)
        top = figure.add_axes(box(LEFT, middle + matrix + GAP, plot, BARS))
        _bars(top, groups, words)
        side = figure.add_axes(box(LEFT + plot + 0.08, middle, SIDE - 0.1, matrix))
        _side(side, groups, words)
        strip = figure.add_axes(box(LEFT, below, plot, strips))
        _strips(strip, groups, tracks)
        for axes in (cells, top, strip):
            axes.set_xlim(-0.5, _starts(groups)[-1] - BREAK + 0.5)
        legend = figure.add_axes(box(LEFT, 0.3, plot + SIDE, below - LEGEND - 0.1))
        _legend(legend, tracks, words)
        small = {"fontsize": 7.5, "color": MUTED, "va": "bottom"}
        figure.text(0.1 / WIDTH, 0.07 / height, words.foot, **small)
        about = {"ha": "right", "style": "italic", **small}
        figure.text(1 - RIGHT / WIDTH, 0.07 / height, words.mark, **about)
    return figure


def _starts(groups: list[Group]) -> list[float]:
    """Where each group starts, and where a further one would."""
    starts = [0.0]
    for group in groups:
        starts.append(starts[-1] + len(group.bars) + BREAK)
    return starts


def _cells(axes: "Axes", groups: list[Group], words: Words) -> None:
    n_rows = len(words.rows)
    for group, start in zip(groups, _starts(groups), strict=False):
        for number in range(n_rows):
            wide = (len(group.bars), 0.86)
            axes.broken_barh(
                [(start - 0.5, wide[0])],
                (number - 0.43, wide[1]),
                color=MUTED,
                alpha=0.13,
                linewidth=0,
            )
        for place in (*range(len(FORMS)), -1):
            colour, tall, foot = SEVERAL if place < 0 else FORMS[place]
            where = [
                (start + column, number)
                for number, row in enumerate(group.marks)
                for column, mark in enumerate(row)
                if mark == place
            ]
            if where:
                x, y = zip(*where, strict=True)
                # rows count downwards, so a foot lifts a cell by going down
                bottom = [each + 0.43 - foot - tall for each in y]
                axes.bar(x, tall, 0.86, bottom, color=colour, linewidth=0)
    axes.set_ylim(n_rows - 0.5, -0.5)
    for number, (label, share) in enumerate(words.rows):
        about = {"transform": axes.get_yaxis_transform(), "va": "center"}
        axes.text(-0.062, number, label, ha="right", style="italic", **about)
        axes.text(-0.006, number, share, ha="right", fontsize=8, color=MUTED, **about)
    _bare(axes)


def _bars(axes: "Axes", groups: list[Group], words: Words) -> None:
    values = [value for group in groups for value in group.bars if value is not None]
    top = max([*values, 1e-9])
    ordered = sorted(values)
    # one unit far above the rest would flatten all others: it is cut, with its value
    high = ordered[int(0.99 * (len(ordered) - 1))] * 1.35 if ordered else 1
    high = min(high or top, top)
    for group, start in zip(groups, _starts(groups), strict=False):
        x = [start + number for number in range(len(group.bars))]
        axes.bar(x, [min(v or 0, high) for v in group.bars], 0.86, color=MUTED)
        middle = start + (len(x) - 1) / 2
        name = f"{group.label} (n = {len(x)})"
        about = {"ha": "center" if len(x) > 30 else "left", "weight": "bold"}
        place = middle if len(x) > 30 else start - 0.5
        axes.text(place, high * 1.16, name, va="bottom", fontsize=8.5, **about)
        for at, value in zip(x, group.bars, strict=True):
            if value is not None and value > high:
                about = {"ha": "center", "va": "bottom", "fontsize": 6.5}
                axes.text(at, high, f"{value:.3g}", color=MUTED, **about)
    axes.set_ylim(0, high)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    axes.locator_params(axis="y", nbins=3)
    axes.tick_params(axis="y", labelsize=7.5)
    axes.set_ylabel(words.bar_label, fontsize=8, rotation=0, ha="right", va="center")
    axes.yaxis.set_label_coords(-0.055, 0.5)


def _side(axes: "Axes", groups: list[Group], words: Words) -> None:
    """Units per row, by kind."""
    for number in range(len(words.rows)):
        marks = [mark for group in groups for mark in group.marks[number]]
        left = 0
        for place in (*range(len(FORMS)), -1):
            n = marks.count(place)
            colour = (SEVERAL if place < 0 else FORMS[place])[0]
            axes.barh(number, n, 0.7, left, color=colour, linewidth=0)
            left += n
    axes.set_ylim(len(words.rows) - 0.5, -0.5)
    axes.xaxis.tick_top()
    axes.tick_params(axis="x", labelsize=7.5, pad=1)
    axes.locator_params(axis="x", nbins=3, integer=True)
    axes.set_title(words.side_label, fontsize=8, pad=4)
    axes.set_yticks([])
    for side in ("bottom", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["top"].set_visible(True)


def _strips(axes: "Axes", groups: list[Group], tracks: list[Track]) -> None:
    for group, start in zip(groups, _starts(groups), strict=False):
        for number, values in enumerate(group.tracks):
            column = 0
            for value, run in groupby(values):
                width = len(list(run))
                about: dict[str, Any] = {"color": MUTED, "alpha": 0.13, "linewidth": 0}
                if value is not None:
                    about |= _shade(value, len(tracks[number].levels))
                extent = (start + column - 0.5, width)
                axes.broken_barh([extent], (number - 0.4, 0.8), **about)
                column += width
    axes.set_ylim(len(tracks) - 0.5, -0.5)
    about = {"transform": axes.get_yaxis_transform(), "va": "center", "fontsize": 8}
    for number, track in enumerate(tracks):
        axes.text(-0.006, number, track.label, ha="right", **about)
    _bare(axes)


def _shade(place: int, n_levels: int) -> dict[str, Any]:
    """Levels of a track: from dark to light, one hue, so that grey tells them too."""
    return {"color": INK, "alpha": 0.85 - 0.57 * place / max(n_levels - 1, 1)}


def _legend(axes: "Axes", tracks: list[Track], words: Words) -> None:
    rows = [[(FORMS[i], label) for i, label in enumerate(words.kinds)]]
    rows[0].append((SEVERAL, "Several kinds"))
    for track in tracks:
        n = len(track.levels)
        rows.append([(_shade(i, n), label) for i, label in enumerate(track.levels)])
        rows[-1].append(({"color": MUTED, "alpha": 0.13}, "Unknown"))
    heads = ["Alteration", *(track.label for track in tracks)]
    axes.set_xlim(0, 100)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    for number, (head, row) in enumerate(zip(heads, rows, strict=True)):
        axes.text(0, number, head, va="center", fontsize=8, weight="bold")
        x = 17.0
        for form, label in row:
            colour, tall, foot = SEVERAL
            about = {"linewidth": 0}
            if isinstance(form, dict):
                about |= form
            else:
                colour, tall, foot = form
                about["color"] = colour
            extent = (number + 0.43 - 0.1 - (foot + tall) * 0.75, tall * 0.75)
            axes.broken_barh([(x, 1.1)], extent, **about)
            axes.text(x + 1.8, number, label, va="center", fontsize=8)
            x += 4.6 + 0.68 * len(label)
    _bare(axes)


def _bare(axes: "Axes") -> None:
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(False)
