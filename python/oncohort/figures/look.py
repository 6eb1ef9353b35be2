"""One look for all figures: colours, style, and files that come out the same."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FONTS = ("Arial", "Helvetica", "Liberation Sans", "DejaVu Sans")
# where a report keeps the figures of the one before it while it is being written
BEFORE = ".before"
INK, MUTED, PAPER = "#1b1f24", "#5f6670", "#ffffff"
# the full width of a printed page: 180 mm, in inches
WIDTH = 180 / 25.4


class Stroke(NamedTuple):
    """How one arm is drawn; `dash` in points, on and off (empty: solid)."""

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


@contextmanager
def style() -> Iterator[None]:
    """Apply the project's look; fonts that are not installed are not asked for."""
    import matplotlib
    from matplotlib import font_manager

    installed = set(font_manager.get_font_names())
    with as_file(files("oncohort.figures").joinpath("oncohort.mplstyle")) as path:
        with matplotlib.rc_context(fname=str(path)):
            fonts = [font for font in FONTS if font in installed]
            matplotlib.rcParams["font.sans-serif"] = fonts
            yield


def saved(figure: "Figure", stem: Path) -> dict[str, Path]:
    """Save a figure as SVG, PNG (300 dpi) and PDF without dates; file per suffix.

    Where the folder `BEFORE` beside it holds the same SVG, the other two are taken from
    there: it says everything about the figure, and is drawn in a third of the time.
    """
    stem.parent.mkdir(parents=True, exist_ok=True)
    undated = {"svg": {"Date": None}, "png": {}, "pdf": {"CreationDate": None}}
    written = {suffix: stem.with_name(f"{stem.name}.{suffix}") for suffix in undated}
    before = {
        suffix: path.parent / BEFORE / path.name for suffix, path in written.items()
    }
    with style():
        for suffix, path in written.items():
            if suffix != "svg" and before[suffix].is_file() and _same(written, before):
                os.replace(before[suffix], path)
            else:
                figure.savefig(path, format=suffix, metadata=undated[suffix])
    return written


def _same(written: dict[str, Path], before: dict[str, Path]) -> bool:
    old = before["svg"]
    return old.is_file() and old.read_bytes() == written["svg"].read_bytes()
