"""Colours and dash patterns: apart for colour-blind readers and in grey."""

from typing import NamedTuple

INK = "#1b1f24"
MUTED = "#5f6670"
PAPER = "#ffffff"


class Stroke(NamedTuple):
    """How one arm is drawn; `dash` in points, on and off."""

    colour: str
    dash: tuple[float, ...]


# Dark blue, orange, grey, purple: lightness 33, 53, 46, 38; each with its own dash, so
# that a photocopy still tells them apart.
STROKES = (
    Stroke("#0b4f8a", ()),
    Stroke("#c75a12", (5.0, 1.8)),
    Stroke("#70757c", (1.4, 1.4)),
    Stroke("#7a3b8f", (6.0, 1.6, 1.4, 1.6)),
)
