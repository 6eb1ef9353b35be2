"""What `receive` says of each delivery."""

from dataclasses import dataclass, field

from oncohort.errors import OncohortError

ACCEPTED, UNCHANGED, REFUSED = "accepted", "unchanged", "refused"


@dataclass
class FileReport:
    """One file or sheet and what became of its rows, table by table."""

    file: str
    sheet: str
    n_rows_read: int
    tables: list[dict[str, object]] = field(default_factory=list)
    unused_columns: list[str] = field(default_factory=list)
    unreadable: list[OncohortError] = field(default_factory=list)
    n_values_unreadable: int = 0


@dataclass
class Verdict:
    """One delivery: accepted, unchanged, or refused with its problems."""

    site_id: str
    delivered_on: str
    status: str
    files: list[FileReport] = field(default_factory=list)
    problems: list[OncohortError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Site and date, as shown."""
        return f"{self.site_id} {self.delivered_on}".strip()

    def lines(self) -> list[str]:
        """Return the verdict as text, one entry per line."""
        if self.status == UNCHANGED:
            return [f"{self.name}: unchanged"]
        said = [f"{self.name}: {self.status}{self._totals()}"]
        said += [f"  {note}" for note in self.notes]
        for report in self.files:
            said += _file_lines(report)
        for problem in self.problems:
            said += [f"  {line}" for line in str(problem).splitlines()]
        return said

    def _totals(self) -> str:
        if self.status != ACCEPTED:
            return ", nothing of it landed"
        n_read = sum(report.n_rows_read for report in self.files)
        n_landed = sum(int(t["n_rows_landed"]) for r in self.files for t in r.tables)
        return (
            f", {_counted(len(self.files), 'file or sheet', 'files and sheets')}, "
            f"{_counted(n_read, 'row')} read, {_counted(n_landed, 'row')} landed"
        )


def _file_lines(report: FileReport) -> list[str]:
    sheet = f" [{report.sheet}]" if report.sheet else ""
    said = [f"  {report.file}{sheet}: {_counted(report.n_rows_read, 'row')} read"]
    for table in report.tables:
        counts = [f"{table['n_rows_landed']:,} landed"]
        for count, words in (
            ("n_rows_refused", "refused"),
            ("n_rows_not_meant", "not meant for it"),
            ("n_values_unreadable", "unreadable dates"),
        ):
            if table[count]:
                counts.append(f"{table[count]:,} {words}")
        said.append(f"    {table['name']}: {', '.join(counts)}")
    if report.unused_columns:
        said.append(f"    columns not used: {', '.join(report.unused_columns)}")
    for error in report.unreadable:
        said += [f"    {line}" for line in str(error).splitlines()]
    left_out = report.n_values_unreadable - len(report.unreadable)
    if left_out > 0:
        said.append(f"    and {left_out:,} more unreadable dates in this file")
    return said


def _counted(count: int, one: str, many: str | None = None) -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"
