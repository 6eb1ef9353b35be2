"""The balance (Love) plot: how far two arms lie apart, before and after weighting."""

from typing import TYPE_CHECKING, NamedTuple

from oncohort.figures.look import INK, MUTED, PAPER, STROKES, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ROW, TOP, BELOW, LABEL, PLOT, RIGHT = 0.215, 0.5, 0.72, 3.0, 3.7, 0.35
# the usual mark of an imbalance worth adjusting for
MARK = 0.1


class Difference(NamedTuple):
    """One variable: standardised differences; None where there is none."""

    label: str
    before: float | None
    after: float | None


def balance_figure(rows: list[Difference], mark: str, foot: str) -> "Figure":
    """One row per variable, largest difference before weighting on top.

    Open circles as the arms are, full ones after weighting. The figure is not bound to
    a screen; save it with `saved`.

    References
    ----------
    Love TE (2004); Austin PC (2009). Statistics in Medicine 28:3083-3107.
    """
    from matplotlib.figure import Figure

    rows = sorted(rows, key=lambda row: -(row.before or 0))
    height, width = TOP + ROW * len(rows) + BELOW, LABEL + PLOT + RIGHT
    box = (LABEL / width, BELOW / height, PLOT / width, ROW * len(rows) / height)
    known = [each for row in rows for each in row[1:] if each is not None]
    lines = {"before": (STROKES[1].colour, PAPER), "after": (STROKES[0].colour, None)}
    with style():
        figure = Figure(figsize=(width, height))
        axes = figure.add_axes(box)
        axes.set_xlim(0, max([0.25, *known]) * 1.08)
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.set_yticks(range(len(rows)), [row.label for row in rows], fontsize=8.5)
        axes.tick_params(axis="y", length=0, pad=8)
        axes.set_xlabel("Standardised difference, absolute", labelpad=4)
        axes.axvline(MARK, color=INK, linewidth=0.8, linestyle=(0, (4, 2)), zorder=0)
        for number, row in enumerate(rows):
            if None not in row[1:]:
                about = {"color": MUTED, "linewidth": 0.7, "zorder": 1}
                axes.plot(row[1:], [number, number], **about)
        for name, (colour, face) in lines.items():
            values = [getattr(row, name) for row in rows]
            at = [number for number, value in enumerate(values) if value is not None]
            about = {"linestyle": "none", "marker": "o", "markersize": 5.5, "zorder": 4}
            about |= {"color": colour, "markerfacecolor": face or colour}
            label = {"before": "As they are", "after": "Overlap-weighted"}[name]
            some = [values[number] for number in at]
            axes.plot(some, at, label=label, clip_on=False, **about)
        place = {"loc": "lower right", "bbox_to_anchor": (1.0, 1.0), "ncols": 2}
        axes.legend(frameon=False, fontsize=8.5, handletextpad=0.2, **place)
        small = {"va": "bottom", "fontsize": 7.5, "color": MUTED}
        figure.text(0.06 / width, 0.07 / height, foot, ha="left", **small)
        right = {"ha": "right", "style": "italic", **small}
        figure.text(1 - 0.06 / width, 0.07 / height, mark, **right)
    return figure
