"""What a Kaplan-Meier figure is made of, and its measures in inches."""

from typing import NamedTuple

WIDTH = 7.2
PLOT_HEIGHT = 3.6
ROW = 0.19
LEFT, RIGHT, TOP = 1.12, 0.32, 0.14


class Curve(NamedTuple):
    """One arm: its curve in months, its row of numbers at risk, its line of text.

    An arm that is shown but not compared has no band.
    """

    label: str
    time: list[float]
    survival: list[float]
    ci_low: list[float | None]
    ci_high: list[float | None]
    n_censored: list[int]
    ticks: list[float]
    n_at_risk: list[int]
    n_censored_so_far: list[int]
    cells: tuple[str, ...]
    has_band: bool = True


class Words(NamedTuple):
    """Texts of the figure; `heads` title the cells of each curve."""

    x_label: str
    y_label: str
    heads: tuple[str, ...]
    comparison: tuple[str, ...]
    mark: str
    foot: str
