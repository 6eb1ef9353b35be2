"""Two groups side by side: every value a point, quartiles a box; or shares as bars."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from oncohort.figures.look import INK, MUTED, STROKES, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PANEL, HEIGHT, LEFT, BETWEEN, TOP, BELOW = 2.7, 3.1, 0.75, 1.0, 0.45, 0.78
BAR_ROW = 0.5


class Panel(NamedTuple):
    """One measure: values of each group, and the test between them as text."""

    label: str
    groups: tuple[tuple[str, list[float]], ...]
    comparison: str


class Shares(NamedTuple):
    """One kind: its label, and percent and count of each group."""

    label: str
    values: tuple[tuple[float, int], ...]


def groups_figure(panels: list[Panel], foot: str, mark: str) -> "Figure":
    """A panel per measure; points are spread sideways by how many are alike.

    The figure is not bound to a screen; save it with `saved`.

    References
    ----------
    Weissgerber TL et al. (2015). PLOS Biology 13:e1002128 (show the points).
    """
    from matplotlib.figure import Figure

    width = LEFT + PANEL * len(panels) + BETWEEN * (len(panels) - 1) + 0.15
    height = TOP + HEIGHT + BELOW
    with style():
        figure = Figure(figsize=(width, height))
        for number, panel in enumerate(panels):
            left = (LEFT + number * (PANEL + BETWEEN)) / width
            box = (left, BELOW / height, PANEL / width, HEIGHT / height)
            _panel(figure.add_axes(box), panel)
        _foot(figure, foot, mark)
    return figure


def _panel(axes: "Axes", panel: Panel) -> None:
    every = np.array([v for _, values in panel.groups for v in values])
    if _is_skewed(every):
        # a straight scale up to the median, then one in which ratios are equal
        axes.set_yscale("symlog", linthresh=max(np.median(every), 1e-9), linscale=0.9)
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    for number, (_, values) in enumerate(panel.groups):
        colour, x = STROKES[number].colour, np.array(values)
        marker = ("o", "^")[number]
        about = {"linestyle": "none", "marker": marker, "markersize": 3.2}
        about["markeredgewidth"] = 0
        spread = number + _spread(x)
        axes.plot(spread, x, color=colour, alpha=0.6, clip_on=False, **about)
        if x.size:
            low, middle, high = np.quantile(x, [0.25, 0.5, 0.75])
            line = {"color": INK, "zorder": 5, "solid_capstyle": "butt"}
            axes.plot([number - 0.3, number + 0.3], [middle] * 2, linewidth=2.2, **line)
            edges = [number - 0.2, number + 0.2]
            for edge in (low, high):
                axes.plot(edges, [edge] * 2, linewidth=1, **line)
            axes.plot([number] * 2, [low, high], linewidth=1, **line)
    names = [f"{label}\n(n = {len(values)})" for label, values in panel.groups]
    axes.set_xticks(range(len(names)), names)
    axes.set_xlim(-0.6, len(names) - 0.4)
    axes.set_ylim(bottom=min(0, every.min()) if every.size else 0)
    axes.set_ylabel(panel.label)
    about = {"transform": axes.transAxes, "ha": "center", "va": "bottom"}
    axes.text(0.5, 1.04, panel.comparison, **about)


def _is_skewed(values: np.ndarray) -> bool:
    """Whether the largest value lies so far out that it would flatten the rest."""
    if not values.size or values.min() < 0:
        return False
    return bool(values.max() > 8 * max(np.quantile(values, 0.75), 1e-9))


def _spread(values: np.ndarray) -> np.ndarray:
    """Offsets that lay equal values beside each other, the same way every time."""
    offsets = np.zeros(values.size)
    for value in np.unique(values):
        (alike,) = np.nonzero(values == value)
        step = min(0.05, 0.7 / max(alike.size, 1))
        offsets[alike] = (np.arange(alike.size) - (alike.size - 1) / 2) * step
    return offsets


def shares_figure(
    kinds: list[Shares], groups: tuple[str, str], x_label: str, foot: str, mark: str
) -> "Figure":
    """Two bars per kind, one for each group, with their counts."""
    from matplotlib.figure import Figure

    width, left = 7.2, 1.75
    below = 0.85
    height = 0.45 + BAR_ROW * len(kinds) + below
    box = (left / width, below / height, (width - left - 0.9) / width)
    with style():
        figure = Figure(figsize=(width, height))
        axes = figure.add_axes((*box, BAR_ROW * len(kinds) / height))
        for number, group in enumerate(groups):
            places = [place + (number - 0.5) * 0.38 for place in range(len(kinds))]
            values = [kind.values[number][0] for kind in kinds]
            look = {"color": STROKES[number].colour, "linewidth": 0}
            if number:
                look = {"facecolor": "none", "edgecolor": STROKES[number].colour}
                look |= {"hatch": "//////", "linewidth": 0.8}
            axes.barh(places, values, 0.34, label=group, **look)
            for place, kind in zip(places, kinds, strict=True):
                share, n = kind.values[number]
                text = f"{share:.1f}% ({n})"
                axes.text(share + 0.8, place, text, va="center", fontsize=8)
        axes.set_yticks(range(len(kinds)), [kind.label for kind in kinds])
        axes.set_ylim(len(kinds) - 0.45, -0.55)
        axes.tick_params(axis="y", length=0)
        axes.set_xlabel(x_label)
        about = {"ncols": 2, "loc": "lower left", "bbox_to_anchor": (0, 0.99)}
        axes.legend(frameon=False, fontsize=8.5, borderpad=0, **about)
        _foot(figure, foot, mark)
    return figure


def _foot(figure: "Figure", foot: str, mark: str) -> None:
    width, height = figure.get_size_inches()
    small = {"fontsize": 7.5, "color": MUTED, "va": "bottom"}
    figure.text(0.1 / width, 0.07 / height, foot, **small)
    about = {"ha": "right", "style": "italic", **small}
    figure.text(1 - 0.1 / width, 0.07 / height, mark, **about)
