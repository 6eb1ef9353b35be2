"""How `receive` shows its verdicts: plain lines, colours on a terminal, or JSON."""

import json
from collections.abc import Callable
from typing import Any

from oncohort.judge.wording import not_passed
from oncohort.receive.verdict import ACCEPTED, REFUSED, FileReport, Verdict


class Lines:
    """Plain lines, one verdict after the other; briefly without counts."""

    def __init__(self, say: Callable[[str], None], is_brief: bool = False) -> None:
        """Remember where the lines go."""
        self.say, self.is_brief = say, is_brief

    def started(self, name: str, number: int, n_deliveries: int) -> None:
        """Say nothing: the verdict follows."""

    def settled(self, verdict: Verdict, page: str | None) -> None:
        """Say the verdict."""
        for line in verdict.lines(self.is_brief):
            self.say(line)
        if page and not self.is_brief:
            self.say(f"  page: {page}")

    def ended(self, exit_code: int) -> None:
        """Say nothing more."""


class Terminal(Lines):
    """The same with colours, a table of what failed, and a line of progress."""

    def __init__(self, console: Any = None) -> None:
        """Open a console of `rich`; it leaves colours out where there are none."""
        from rich.console import Console

        self.console = console or Console(highlight=False)
        self.say = lambda line: self.console.print(line, markup=False)
        self.status: Any = None

    def started(self, name: str, number: int, n_deliveries: int) -> None:
        """Show which delivery is being read."""
        text = f"{name} ({number} of {n_deliveries})"
        self.status = self.console.status(text, spinner="line")
        self.status.start()

    def settled(self, verdict: Verdict, page: str | None) -> None:
        """Show the verdict."""
        if self.status:
            self.status.stop()
            self.status = None
        colours = {ACCEPTED: "bold green", REFUSED: "bold red"}
        first, *rest = verdict.head_lines()
        self.console.print(first, style=colours.get(verdict.status, ""), markup=False)
        for line in rest:
            self.console.print(line, markup=False)
        failed = not_passed(verdict.results)
        if failed:
            self._print_table(failed)
        for problem in verdict.problems:
            self.console.print(f"  {problem}".replace("\n", "\n  "), markup=False)
        if page:
            self.console.print(f"  page: {page}", style="dim", markup=False)

    def _print_table(self, failed: list[dict[str, Any]]) -> None:
        from rich import box
        from rich.table import Table
        from rich.text import Text

        table = Table(box=box.SIMPLE, title="expectations that did not pass")
        for heading in ("severity", "expectation", "found", "allowed"):
            table.add_column(heading, overflow="fold")
        colours = {"critical": "bold red", "major": "yellow"}
        for row in failed:
            style = colours.get(row["severity"], "")
            cells = (row["expectation_id"], row["observed"], row["wanted"])
            table.add_row(Text(row["severity"], style=style), *map(Text, cells))
        self.console.print(table)


class Json(Lines):
    """One JSON object at the end; what is said on the way goes elsewhere.

    `deliveries`: `site_id, delivered_on, status` (accepted, unchanged, refused),
    `files` (`source_file, source_sheet, n_rows_read` and per contract table the counts
    of the book `deliveries`), `expectations` (rows of `expectation_results`),
    `problems` (`message, remedy, file, sheet, line, column, value`), `notes`, `page`
    (null if none was written); `exit_code`: that of the command.
    """

    def __init__(
        self, write: Callable[[str], None], say: Callable[[str], None]
    ) -> None:
        """Take where the JSON goes, and where all else."""
        super().__init__(say)
        self.write = write
        self.deliveries: list[dict[str, Any]] = []

    def settled(self, verdict: Verdict, page: str | None) -> None:
        """Keep the verdict for the end."""
        names = ("message", "remedy", "file", "sheet", "line", "column", "value")
        self.deliveries.append(
            {
                "site_id": verdict.site_id,
                "delivered_on": verdict.delivered_on,
                "status": verdict.status,
                "files": [_file(report) for report in verdict.files],
                "expectations": verdict.results,
                "problems": [
                    {name: getattr(problem, name) for name in names}
                    for problem in verdict.problems
                ],
                "notes": verdict.notes,
                "page": page,
            }
        )

    def ended(self, exit_code: int) -> None:
        """Write all of it."""
        whole = {"deliveries": self.deliveries, "exit_code": exit_code}
        self.write(json.dumps(whole, ensure_ascii=False, indent=1))


def _file(report: FileReport) -> dict[str, Any]:
    return {
        "source_file": report.file,
        "source_sheet": report.sheet,
        "n_rows_read": report.n_rows_read,
        "tables": [{"table_name": name} | counts for name, counts in report.tables],
    }
