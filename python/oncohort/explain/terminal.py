"""A trail on the terminal: aligned, wrapped, coloured only where somebody looks."""

import os
import re
import shutil
import unicodedata
from typing import IO

from oncohort.explain.records import Calendar, Entry
from oncohort.explain.run import Trail
from oncohort.safe_cells import shown_width

_NARROWEST, _WIDEST, _LONGEST = 60, 120, 34
_BOLD, _DIM, _OFF = "\x1b[1m", "\x1b[2m", "\x1b[0m"
_UNSEEN = ("Cc", "Cf", "Cs", "Cn", "Zl", "Zp")


def harmless(text: str) -> str:
    """Return a text with control characters spelt out; a terminal obeys none of them.

    A tab stays: it is harmless and part of the line that a site sent.
    """
    return "".join(
        c if c == "\t" or unicodedata.category(c) not in _UNSEEN else f"\\u{ord(c):04x}"
        for c in text
    )


def print_trail(trail: Trail, out: IO[str]) -> None:
    """Print a trail; of each record the day, what it is, why it decides, its place."""
    width = shutil.get_terminal_size((100, 24)).columns
    _Printer(trail, out, max(_NARROWEST, min(width, _WIDEST))).print()


class _Printer:
    def __init__(self, trail: Trail, out: IO[str], width: int) -> None:
        self.trail, self.out, self.width = trail, out, width
        self.is_coloured = out.isatty() and "NO_COLOR" not in os.environ

    def print(self) -> None:
        trail = self.trail
        made_up = ", made-up patient" if trail.is_made_up else ""
        place = f"{trail.site_id}, {trail.study_id or 'in no study'}{made_up}"
        self._line(f"Patient {trail.patient_id} ({place})", _BOLD)
        for section in trail.sections:
            self.out.write("\n")
            self._line(section.title, _BOLD)
            for text in section.text:
                self._wrapped(text, 2)
            longest = max((shown_width(e.what) for e in section.entries), default=0)
            for entry in section.entries:
                calendar = section.calendar or trail.calendar
                self._entry(entry, calendar, min(longest, _LONGEST))
            if section.notes:
                self._line("  Rules")
            for note in section.notes:
                self._wrapped(note, 4, hang=2)
        if trail.mappings:
            self.out.write("\n")
            self._line("How the files were read", _BOLD)
        for number, text in enumerate(trail.mappings, start=1):
            self._wrapped(f"[{number}] {text}", 2, hang=4)

    def _entry(self, entry: Entry, calendar: Calendar, longest: int) -> None:
        columns = [f"{calendar.date(entry.on):<10}"] * (not calendar.is_offset)
        columns += [f"{calendar.day(entry.on):<9}"] * (calendar.start_on is not None)
        if entry.on is None and columns:
            told = "no date" if entry.place else "missing"
            columns[0] = told + columns[0][len(told) :]
        left = "  " + "  ".join(columns) + "  "
        blanks = " " * (longest - shown_width(entry.what))
        head = f"{entry.what}{blanks}  {entry.verdict}".rstrip()
        if head:
            self._wrapped(head, len(left), left, _BOLD if entry.is_deciding else "")
            left = " " * len(left)
        if entry.place:
            by = f" [{entry.read_by}]" if entry.read_by else ""
            place = f"{entry.place}{by}: {entry.words}".removesuffix(": ")
            style = "" if entry.is_deciding else _DIM
            self._wrapped(place, len(left), left, style)
        for line in entry.raw:
            # whole, so that it can be looked for in the file
            self._line(f"{' ' * len(left)}| {line}")
        for code in entry.codes:
            self._wrapped(code, len(left), hang=2)

    def _wrapped(
        self, text: str, indent: int, left: str = "", style: str = "", hang: int = 0
    ) -> None:
        """Write a text under an indent; what follows its first line hangs deeper."""
        line, start = "", left or " " * indent
        room = self.width - indent
        for word in _words(harmless(text), room - hang):
            if line and shown_width(line) + shown_width(word) > room:
                self._line(start + line.rstrip(), style)
                line, start, room = (
                    "",
                    " " * (indent + hang),
                    self.width - indent - hang,
                )
                word = word.lstrip()
            line += word
        self._line(start + line.rstrip(), style)

    def _line(self, text: str, style: str = "") -> None:
        text = harmless(text)
        self.out.write(
            f"{style}{text}{_OFF}\n" if style and self.is_coloured else text + "\n"
        )


def _words(text: str, room: int) -> list[str]:
    """Return words with the blanks before them; one too long for a line in parts."""
    words = []
    for word in re.findall(r"\s*\S+", text):
        while shown_width(word) > room:
            words.append(word[: room // 2])
            word = word[room // 2 :]
        words.append(word)
    return words
