"""The STROBE flow diagram: who came in, who left and why; measures are in inches."""

from typing import TYPE_CHECKING, NamedTuple

from oncohort.figures.look import INK, MUTED, WIDTH, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

EDGE, PAD, LINE, GAP, MARGIN = 0.06, 0.05, 0.14, 0.065, 0.22
MAIN, SIDE_LEFT = 3.05, 3.35
BETWEEN, INDENT, SIZE = 0.2, "  ", 8


class Step(NamedTuple):
    """Who is left after a step, and who left at it, by reason; `*` is masked."""

    label: str
    n: int | str
    n_out: int | str = 0
    reasons: tuple[tuple[str, int | str], ...] = ()


class End(NamedTuple):
    """One arm at the bottom, with one line per set that is analysed."""

    label: str
    n: int | str
    lines: tuple[str, ...] = ()


class Box(NamedTuple):
    """A box with its text; `top` is counted down from the top of the figure."""

    left: float
    top: float
    width: float
    lines: list[str]
    is_main: bool

    @property
    def bottom(self) -> float:
        """Where the box ends."""
        return self.top + 2 * PAD + LINE * len(self.lines)


def flow_figure(steps: list[Step], ends: list[End], mark: str) -> "Figure":
    """Boxes down the left, exclusions beside the arrows, one box per arm below.

    The figure is as high as its text asks for; it is not bound to a screen, save it
    with `saved`.

    References
    ----------
    Vandenbroucke JP et al. (2007). STROBE, item 13c. PLoS Medicine 4:e297.
    """
    from matplotlib.figure import Figure

    with style():
        mains, sides, arms = _placed(steps, ends)
        height = max(box.bottom for box in mains + arms) + MARGIN
        figure = Figure(figsize=(WIDTH, height))
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_xlim(0, WIDTH)
        axes.set_ylim(height, 0)
        axes.set_axis_off()
        for box in (*mains, *sides, *arms):
            _draw(axes, box)
        centre = EDGE + MAIN / 2
        for above, below in zip(mains, mains[1:], strict=False):
            _arrow(axes, (centre, above.bottom), (centre, below.top))
        for side in sides:
            y = (side.top + side.bottom) / 2
            _arrow(axes, (centre, y), (SIDE_LEFT, y))
        _branches(axes, mains[-1], arms)
        about = {"fontsize": 7.5, "style": "italic", "color": MUTED}
        place = (WIDTH - EDGE, height - 0.05)
        axes.text(*place, mark, ha="right", va="bottom", **about)
    return figure


def _placed(
    steps: list[Step], ends: list[End]
) -> tuple[list[Box], list[Box], list[Box]]:
    """Boxes from the top down: those who remain, those who left, the arms."""
    mains: list[Box] = []
    sides: list[Box] = []
    for step in steps:
        top = EDGE
        if mains:
            top = mains[-1].bottom + GAP
            side = WIDTH - EDGE - SIDE_LEFT
            sides.append(Box(SIDE_LEFT, top, side, _left_text(step, side), False))
            top = sides[-1].bottom + GAP
        lines = _wrapped(f"{step.label} (n = {_shown(step.n)})", MAIN)
        mains.append(Box(EDGE, top, MAIN, lines, True))
    return mains, sides, _arms(ends, mains[-1].bottom + 4 * GAP)


def _arms(ends: list[End], top: float) -> list[Box]:
    """Boxes side by side, as high as the one with most to say."""
    room = (WIDTH - 2 * EDGE - BETWEEN * (len(ends) - 1)) / max(len(ends), 1)
    heads = [_wrapped(f"{end.label} (n = {_shown(end.n)})", room) for end in ends]
    texts = [
        [part for line in end.lines for part in _wrapped(line, room)] for end in ends
    ]
    n_head, n_text = (max(map(len, some), default=0) for some in (heads, texts))
    boxes = []
    for number, (head, text) in enumerate(zip(heads, texts, strict=True)):
        lines = head + [""] * (n_head - len(head)) + text
        lines += [""] * (n_head + n_text - len(lines))
        left = EDGE + number * (room + BETWEEN)
        boxes.append(Box(left, top, room, lines, True))
    return boxes


def _left_text(step: Step, width: float) -> list[str]:
    """Those who left: a line in all, or one per reason if there are several."""
    if len(step.reasons) == 1:
        return _wrapped(
            f"Excluded (n = {_shown(step.n_out)}): {step.reasons[0][0]}", width
        )
    lines = [f"Excluded (n = {_shown(step.n_out)})"]
    for reason, n in step.reasons:
        lines += _wrapped(f"{reason} (n = {_shown(n)})", width, INDENT)
    return lines


def _wrapped(text: str, width: float, indent: str = "") -> list[str]:
    """Text in lines that fit a box, measured in its font; 'n = 5' stays whole."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font, lines = FontProperties(size=SIZE), [indent]
    for word in text.replace("n = ", "n\u00a0=\u00a0").split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1].strip() else lines[-1] + word
        wide, *_ = text_to_path.get_text_width_height_descent(longer, font, False)
        if wide / 72 <= width - 2 * PAD or not lines[-1].strip():
            lines[-1] = longer
        else:
            lines.append(2 * indent + word)
    return [line.replace("\u00a0", " ") for line in lines]


def _draw(axes: "Axes", box: Box) -> None:
    from matplotlib.patches import Rectangle

    colour = INK if box.is_main else MUTED
    place, height = (box.left, box.top), box.bottom - box.top
    about = {"fill": False, "edgecolor": colour, "linewidth": 0.8}
    axes.add_patch(Rectangle(place, box.width, height, **about))
    for number, line in enumerate(box.lines):
        y = box.top + PAD + LINE * (number + 0.5)
        axes.text(box.left + PAD, y, line, va="center_baseline", fontsize=SIZE)


def _arrow(axes: "Axes", start: tuple[float, float], end: tuple[float, float]) -> None:
    about = {"arrowstyle": "-|>", "color": INK, "linewidth": 0.8, "mutation_scale": 7}
    about |= {"shrinkA": 0, "shrinkB": 0}
    axes.annotate("", xy=end, xytext=start, arrowprops=about)


def _branches(axes: "Axes", last: Box, arms: list[Box]) -> None:
    """From the cohort to its arms: down, across, and into each box."""
    if not arms:
        return
    start, y = last.left + last.width / 2, last.bottom + 2 * GAP
    centres = [box.left + box.width / 2 for box in arms]
    line = {"color": INK, "linewidth": 0.8}
    axes.plot([start, start], [last.bottom, y], **line)
    axes.plot([min([start, *centres]), max([start, *centres])], [y, y], **line)
    for box, centre in zip(arms, centres, strict=True):
        _arrow(axes, (centre, y), (centre, box.top))


def _shown(n: int | str) -> str:
    return n if isinstance(n, str) else f"{n:,}"
