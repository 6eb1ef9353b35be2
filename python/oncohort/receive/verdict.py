"""What `receive` says of each delivery."""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from oncohort.errors import OncohortError

ACCEPTED, UNCHANGED, REFUSED = "accepted", "unchanged", "refused"


@dataclass
class FileReport:
    """One file or sheet and what became of its rows.

    `tables` has a contract table and its counts, named as in `deliveries`, for each
    mapping; `refused` is line -> reason, text.
    """

    file: str
    sheet: str
    file_sha256: str
    delivery_kind: str
    n_rows_read: int
    refused: dict[int, tuple[str, str]]
    tables: list[tuple[str, dict[str, int]]] = field(default_factory=list)
    unused_columns: list[str] = field(default_factory=list)
    unreadable: list[OncohortError] = field(default_factory=list)

    def total(self, count: str) -> int:
        """Return the sum of a count over the mappings."""
        return sum(counts[count] for _, counts in self.tables)

    def troubles(self) -> list[str]:
        """Return what a person has to look at: unreadable dates."""
        said = [line for error in self.unreadable for line in str(error).splitlines()]
        left_out = self.total("n_values_unreadable") - len(self.unreadable)
        if left_out > 0:
            said.append(f"and {left_out:,} more unreadable dates in this file")
        return said

    def __str__(self) -> str:
        """Return the report, a line for each mapping and unreadable date."""
        sheet = f" [{self.sheet}]" if self.sheet else ""
        said = [f"{self.file}{sheet}: {_counted(self.n_rows_read, 'row')} read"]
        for table, counts in self.tables:
            parts = [f"{counts['n_rows_landed']:,} landed"]
            for count, words in (
                ("n_rows_refused", "refused"),
                ("n_rows_not_meant", "not meant for it"),
                ("n_values_unreadable", "unreadable dates"),
            ):
                if counts[count]:
                    parts.append(f"{counts[count]:,} {words}")
            said.append(f"  {table}: {', '.join(parts)}")
        if self.unused_columns:
            said.append(f"  columns not used: {', '.join(self.unused_columns)}")
        return "\n".join([*said, *(f"  {line}" for line in self.troubles())])


@dataclass
class Verdict:
    """One delivery: accepted, unchanged, or refused with its problems."""

    site_id: str
    delivered_on: str
    status: str
    files: list[FileReport] = field(default_factory=list)
    problems: list[OncohortError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    @contextlib.contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Add the time within to a step (decode, map, check, land)."""
        start = time.perf_counter()
        yield
        spent = time.perf_counter() - start
        self.seconds[step] = self.seconds.get(step, 0.0) + spent

    @property
    def name(self) -> str:
        """Site and date, as shown."""
        return f"{self.site_id} {self.delivered_on}".strip()

    def lines(self, is_brief: bool = False) -> list[str]:
        """Return the verdict as text, one entry per line; briefly without counts."""
        if self.status == UNCHANGED:
            return [f"{self.name}: unchanged"]
        totals = ", nothing of it landed"
        if self.status == ACCEPTED:
            n_read = sum(report.n_rows_read for report in self.files)
            n_landed = sum(report.total("n_rows_landed") for report in self.files)
            totals = (
                f", {_counted(len(self.files), 'file or sheet', 'files and sheets')}, "
                f"{_counted(n_read, 'row')} read, {_counted(n_landed, 'row')} landed"
            )
        said = [*self.notes]
        for report in self.files:
            said += report.troubles() if is_brief else str(report).splitlines()
        for problem in self.problems:
            said += str(problem).splitlines()
        return [f"{self.name}: {self.status}{totals}", *(f"  {line}" for line in said)]


def _counted(count: int, one: str, many: str | None = None) -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"
