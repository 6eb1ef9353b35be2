"""The forest plot: one ratio with its interval a row; measures are in inches."""

import textwrap
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from oncohort.figures.look import INK, MUTED, PAPER, STROKES, WIDTH, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# a row: its lines, and what lies between it and the next one
LINE, BETWEEN, TOP, BELOW = 0.13, 0.11, 0.42, 0.72
CELL, RATIO, P_VALUE, EDGE, INDENT = 0.74, 1.3, 0.72, 0.06, 0.14
LABEL, LETTER, MIN_PLOT = 2.55, 0.06, 1.3
# an interval that leaves these bounds ends in an arrow
BOUNDS = (0.1, 10.0)
# ticks for a span of at most so much between the ends of the axis
TICKS = {
    2.5: (0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.2, 1.4, 1.6, 1.8, 2),
    6: (0.3, 0.5, 0.7, 1, 1.5, 2, 3),
    12: (0.25, 0.35, 0.5, 0.7, 1, 1.5, 2, 3, 4),
    100: (0.1, 0.2, 0.5, 1, 2, 5, 10),
}


class Row(NamedTuple):
    """One ratio with limits (None: not estimable), its label, cells and text.

    `overall` is what the others are held against: a diamond, with a line through all
    rows. A `heading` has a label only (and a P), a `reference` the ratio 1; rows that
    follow a heading are set in.
    """

    label: str
    cells: tuple[str, ...] = ()
    text: str = ""
    ratio: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    role: Literal["ratio", "overall", "heading", "reference"] = "ratio"
    p_value: str = ""


class Words(NamedTuple):
    """Texts of the figure; `heads` title the cells, `favours` the sides of 1.

    Without a `p_head` there is no column of P values.
    """

    heads: tuple[str, ...]
    ratio_head: str
    favours: tuple[str, str]
    mark: str
    foot: str
    p_head: str = ""


class Measures(NamedTuple):
    """Width of the label's column and of the plot, letters in its line; row height."""

    label: float
    plot: float
    letters: int
    row: float


def forest_figure(rows: list[Row], words: Words) -> "Figure":
    """Squares with their intervals on a logarithmic axis, numbers on both sides.

    As wide as a page; the plot gets what the texts leave. The figure is not bound to a
    screen; save it with `saved`.

    References
    ----------
    Lewis S, Clarke M (2001). BMJ 322:1479-1480.
    """
    from matplotlib.figure import Figure

    size = _measures(rows, words)
    height = TOP + size.row * len(rows) + BELOW
    left = size.label + CELL * len(words.heads)
    inside = (size.plot / WIDTH, size.row * len(rows) / height)
    with style():
        figure = Figure(figsize=(WIDTH, height))
        axes = figure.add_axes((left / WIDTH, BELOW / height, *inside))
        low, high = _axis(axes, rows)
        for number, row in enumerate(rows):
            _interval(axes, row, number, low, high)
        _write(axes, rows, words, size)
        small = {"va": "bottom", "fontsize": 7.5, "color": MUTED}
        about = {"transform": figure.transFigure, **small}
        axes.text(EDGE / WIDTH, 0.07 / height, words.foot, ha="left", **about)
        about["style"] = "italic"
        axes.text(1 - EDGE / WIDTH, 0.07 / height, words.mark, ha="right", **about)
    return figure


def _measures(rows: list[Row], words: Words) -> Measures:
    cells = CELL * len(words.heads)
    texts = cells + RATIO + (P_VALUE if words.p_head else 0)
    # a heading, whose cells are empty, may reach over them
    wanted = [
        EDGE + INDENT + LETTER * len(row.label) - cells * (row.role == "heading")
        for row in rows
    ]
    label = min(max([*wanted, 0.8]), LABEL, WIDTH - texts - MIN_PLOT)
    letters = round((label - EDGE - INDENT) / LETTER)
    n_lines = max((_label(row, letters, cells).count("\n") for row in rows), default=0)
    height = LINE * (n_lines + 1) + BETWEEN
    return Measures(label, WIDTH - label - texts, letters, height)


def _label(row: Row, letters: int, cells: float) -> str:
    """The label in lines of so many letters."""
    reach = round(cells / LETTER) if row.role == "heading" else 0
    return textwrap.fill(row.label, letters + reach)


def _axis(axes: "Axes", rows: list[Row]) -> tuple[float, float]:
    """Scale, ticks and the lines at 1 and at the first row; return the axis' ends."""
    from matplotlib.ticker import NullLocator

    ends = [end for row in rows for end in (row.ci_low, row.ci_high) if end is not None]
    low = max(min([*ends, 0.8]) * 0.95, BOUNDS[0])
    high = min(max([*ends, 1.25]) * 1.05, BOUNDS[1])
    ticks = next(TICKS[span] for span in TICKS if high / low <= span)
    axes.set_xscale("log")
    axes.set_xlim(low, high)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    shown = [tick for tick in ticks if low <= tick <= high]
    axes.set_xticks(shown, [f"{tick:g}" for tick in shown])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.axvline(1, color=INK, linewidth=0.8, zorder=0)
    for row in rows:
        if row.role == "overall" and row.ratio and low < row.ratio < high:
            dotted = {"linewidth": 0.6, "linestyle": (0, (1, 2.5)), "zorder": 0}
            axes.axvline(row.ratio, color=MUTED, **dotted)
    return low, high


def _interval(axes: "Axes", row: Row, number: int, low: float, high: float) -> None:
    """One row's line and marker; an arrow where the line leaves the axis."""
    if row.ratio is None:
        return
    colour = STROKES[0].colour
    marker = {"color": colour, "linestyle": "none", "clip_on": False}
    if row.ci_low is not None and row.ci_high is not None:
        ends = [max(row.ci_low, low), min(row.ci_high, high)]
        axes.plot(ends, [number, number], color=colour, linewidth=1.3)
        for end, limit, arrow in (
            (ends[0], row.ci_low, "<"),
            (ends[1], row.ci_high, ">"),
        ):
            if end != limit:
                axes.plot(end, number, marker=arrow, markersize=5, **marker)
    if low <= row.ratio <= high:
        shape = {"marker": "s", "markersize": 5.5}
        if row.role == "overall":
            shape = {"marker": "D", "markersize": 6.5}
        if row.role == "reference":
            shape = {"marker": "s", "markersize": 4, "markerfacecolor": PAPER}
        axes.plot(row.ratio, number, **shape, **marker)


def _write(axes: "Axes", rows: list[Row], words: Words, size: Measures) -> None:
    """Texts beside the plot: label and cells on the left, the ratio on the right."""
    n, cells = len(rows), len(words.heads)
    left = -(size.label + CELL * cells) / size.plot
    centres = [-(CELL * (cells - i) - CELL / 2) / size.plot for i in range(cells)]
    right, p_right = 1 + 0.12 / size.plot, 1 + (RATIO + P_VALUE - EDGE) / size.plot

    def write(x: float, y: float, text: str, **about: Any) -> None:
        axes.text(
            x, y, text, transform=axes.transAxes, **{"va": "center_baseline", **about}
        )

    def line(y: float, texts: tuple[str, ...], last: tuple[str, str], **about: Any):
        for centre, text in zip(centres, texts, strict=False):
            write(centre, y, text, ha="center", **about)
        write(right, y, last[0], ha="left", **about)
        write(p_right, y, last[1], ha="right", **about)

    top = 1 + 0.2 / (size.row * n)
    head = {"fontsize": 8, "color": MUTED, "linespacing": 1.1}
    line(top, words.heads, (words.ratio_head, words.p_head), **head)
    is_inside = False
    for number, row in enumerate(rows):
        y = 1 - (number + 0.5) / n
        is_bold = row.role in ("overall", "heading")
        is_inside = row.role != "overall" and (is_inside or row.role == "heading")
        about = {"fontsize": 8.5, "weight": "bold" if is_bold else "normal"}
        place = EDGE + (INDENT if is_inside and not is_bold else 0)
        label = _label(row, size.letters, CELL * cells)
        about |= {"va": "center"} if "\n" in label else {}
        write(left + place / size.plot, y, label, ha="left", linespacing=1.05, **about)
        if row.role == "heading":
            about["weight"] = "normal"
        line(y, row.cells, (row.text, row.p_value), **about)
    below = -0.32 / (size.row * n)
    for x, text, side in zip(
        (0.02, 0.98), words.favours, ("left", "right"), strict=True
    ):
        write(x, below, text, ha=side, fontsize=8, color=INK)
