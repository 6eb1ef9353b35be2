"""The differences as text, grouped by study, as wide as the terminal allows."""

import shutil
import textwrap
from collections.abc import Iterable
from typing import IO, Any

from oncohort.diff.compare import Comparison, Found
from oncohort.safe_cells import plain_text, shown_width

_NARROWEST = 60
_HASH = 12


def show(
    told: dict[str, Any], compared: Comparison, out: IO[str], is_all: bool
) -> None:
    """Write what differs; a list that is cut says by how much."""
    width = max(_NARROWEST, shutil.get_terminal_size((100, 24)).columns)
    lines = [f"before  {told['before']}", f"after   {told['after']}", ""]
    lines += _inputs(told, width)
    lines += [f"Note: {note}" for note in told["notes"]]
    for study, found in compared.studies.items():
        lines += ["", study]
        for each in found:
            lines += _section(study, each, width, is_all)
    for line in map(plain_text, lines):
        # what is longer still, such as a long reason, goes on below
        indent = " " * (len(line) - len(line.lstrip()) + 4)
        folded = textwrap.wrap(line, width, subsequent_indent=indent)
        is_short = shown_width(line) <= width
        out.write(("\n".join([line] if is_short else folded)) + "\n")


def _inputs(told: dict[str, Any], width: int) -> list[str]:
    """Return what differs in what was sent, and in what made the numbers."""
    files = told["deliveries"]
    lines = [f"Files of deliveries that differ: {len(files) or 'none'}"]
    cells = [
        ((row["site_id"], row["delivered_on"], row["file"]), *map(_hash, _sides(row)))
        for row in files
    ]
    lines += _table(cells, width)
    for name, sides in told["versions"].items():
        lines.append(f"Version of {name}: {' → '.join(map(str, sides.values()))}")
    if not files and not told["is_same_input"]:
        lines.append("The deliveries are the same: rules, code or answers differ.")
    return lines


def _section(study: str, found: Found, width: int, is_all: bool) -> list[str]:
    section, listed = found.section, found.rows
    n, total = found.n_differing, found.n_compared
    lines = [f"  {section.title}: {f'{n:,}' if n else 'none'} of {total:,}"]
    if section.is_brief and not is_all:
        return [f"{lines[0]}{' (--all lists them)' if n else ''}"]
    cells = [
        (
            [_key(study, name, row[name]) for name in section.keys],
            *(
                "not there" if side is None else section.text(side)
                for side in _sides(row)
            ),
        )
        for row in listed
    ]
    lines += _table(cells, width)
    if n > len(listed):
        lines.append(f"    and {n - len(listed):,} more (--all lists them)")
    return lines


def _table(rows: Iterable[tuple], width: int) -> list[str]:
    """Return rows of keys, before and after; on two lines each if one is too short."""
    keys, before, after = zip(*rows, strict=True) if rows else ([], [], [])
    widths = [max(map(shown_width, column)) for column in zip(*keys, strict=True)]
    left = ["    " + "  ".join(map(_padded, key, widths)) for key in keys]
    wide = max(map(shown_width, before), default=0)
    right = [f"{_padded(a, wide)} → {b}" for a, b in zip(before, after, strict=True)]
    whole = [f"{a}  {b}" for a, b in zip(left, right, strict=True)]
    if max(map(shown_width, whole), default=0) <= width:
        return whole
    return [
        line
        for a, b in zip(left, right, strict=True)
        for line in (a.rstrip(), f"      {b}")
    ]


def _sides(row: dict[str, Any]) -> tuple[Any, Any]:
    return row["before"], row["after"]


def _hash(sha256: str | None) -> str:
    return sha256[:_HASH] if sha256 else "not there"


def _key(study: str, name: str, value: Any) -> str:
    """Return a key as shown; a result's id without the study, which stands above."""
    if isinstance(value, bool):
        return "confirmed" if value else "unconfirmed"
    return str(value).removeprefix(f"{study}.") if name == "result_id" else str(value)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - shown_width(text))
