"""Text that leaves for a spreadsheet: it shows as it is and does nothing.

A cell such as `=cmd|' /C calc'!A0` comes from a hospital's file and would run in the
spreadsheet of who opens ours. In a workbook the text is stored as text; in a CSV, where
nothing says so, an apostrophe goes before it.
"""

import re
import unicodedata

# the signs a formula starts with, also in the wide form that some programs accept
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)*([eE][+-]?\d+)?%?")
# categories: control, surrogate, not assigned; of format only what turns text around
_DROPPED = ("Cc", "Cs", "Cn")
_TURNED = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def plain_text(text: str) -> str:
    """Return a text without control characters; line ends and tabs become blanks."""
    text = _TURNED.sub("", re.sub(r"[\t\r\n\v\f]+", " ", text))
    return "".join(c for c in text if unicodedata.category(c) not in _DROPPED)


def is_formula(text: str) -> bool:
    """Return whether a spreadsheet may take a text for a formula; -1.5 is a number."""
    return bool(_FORMULA.match(text)) and not _NUMBER.fullmatch(text)


def csv_cell(text: str) -> str:
    """Return a text for a CSV: an apostrophe before what could be a formula."""
    return f"'{text}" if is_formula(text) else text


def shown_width(text: str) -> int:
    """Return how many columns a text takes; Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
