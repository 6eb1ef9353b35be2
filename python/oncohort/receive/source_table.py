"""What a file or a sheet holds, before it is mapped: text cells with their lines."""

from __future__ import annotations

import difflib
import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from oncohort.errors import DeliveryRefused

if TYPE_CHECKING:
    import pyarrow as pa

LINE = "source_line"


@dataclass(frozen=True)
class RefusedRow:
    """A line that could not become a row."""

    line: int
    reason: str
    raw_text: str


@dataclass
class SourceTable:
    """The rows of a file or sheet as text.

    Attributes
    ----------
    file, sheet : str
        Where they stand; `sheet` is empty for delimited text.
    header : list of str
        Name of each column, tidied; `cells` holds them as `c0`, `c1`, ...
    header_line : int
        Line of the header, first line 1.
    cells : pyarrow.Table
        One text column per column of the file, and `source_line`.
    refused : list of RefusedRow
        Lines with too many or too few fields.
    """

    file: str
    sheet: str
    header: list[str]
    header_line: int
    cells: pa.Table
    refused: list[RefusedRow] = field(default_factory=list)

    @property
    def n_rows_read(self) -> int:
        """Data rows of the file or sheet, blank ones not counted."""
        return self.cells.num_rows + len(self.refused)

    def position(self, name: str) -> int:
        """Return where a column stands, first column 0.

        Raises
        ------
        DeliveryRefused
            If there is no such column, or more than one.
        """
        wanted = tidy(name)
        if self.header.count(wanted) == 1:
            return self.header.index(wanted)
        if wanted in self.header:
            raise DeliveryRefused(
                f"the column stands {self.header.count(wanted)} times in the header",
                "ask the site to name its columns apart",
                file=self.file,
                sheet=self.sheet,
                line=self.header_line,
                column=wanted,
            )
        raise self._missing(wanted)

    def _missing(self, wanted: str) -> DeliveryRefused:
        near = difflib.get_close_matches(wanted, self.header, n=1, cutoff=0.6)
        there = ", ".join(name for name in self.header[:12] if name) or "nothing"
        more = f" and {len(self.header) - 12} more" if len(self.header) > 12 else ""
        hint = f"; perhaps it is now `{near[0]}`" if near else ""
        if len(self.header) == 1 and not self.sheet:
            hint = "; it is one column only: `delimiter` in site.yml may be wrong"
        return DeliveryRefused(
            f"the file lacks a column that site.yml uses; it has {there}{more}{hint}",
            "ask the site for the column, or correct `columns` (or `header_line`) in "
            "site.yml",
            file=self.file,
            sheet=self.sheet,
            line=self.header_line,
            column=wanted,
        )


def tidy(name: str) -> str:
    """Return a column or file name in one Unicode form, blanks and line ends single."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", name)).strip()
