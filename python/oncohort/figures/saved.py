"""Save a figure as SVG, PNG and PDF; the same input gives the same bytes."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FONTS = ("Arial", "Helvetica", "Liberation Sans", "DejaVu Sans")


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
    """Write a figure beside each other as vector and as 300 dpi pixels.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        What to save.
    stem : Path
        File name without suffix; its folder is made.

    Returns
    -------
    dict of str to Path
        File per suffix: svg, png, pdf.
    """
    stem.parent.mkdir(parents=True, exist_ok=True)
    undated = {"svg": {"Date": None}, "png": {}, "pdf": {"CreationDate": None}}
    written = {}
    with style():
        for suffix, metadata in undated.items():
            path = stem.with_name(f"{stem.name}.{suffix}")
            figure.savefig(path, format=suffix, metadata=metadata)
            written[suffix] = path
    return written
