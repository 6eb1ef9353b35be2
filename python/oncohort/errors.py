"""Errors that a data manager can act on: what is wrong, where, and what to do."""

from typing import Any


class OncohortError(Exception):
    """Something the user can put right; the command line prints it without a trace.

    The message says what is wrong, the remedy what to do; file, sheet, line, column and
    value say where, and only what is known is printed.
    """

    exit_code = 1

    def __init__(
        self,
        message: str,
        remedy: str,
        *,
        file: Any = None,
        sheet: str | None = None,
        line: int | None = None,
        column: str | None = None,
        value: str | None = None,
    ) -> None:
        """Keep the parts, for the message and for tests."""
        super().__init__(message)
        self.message, self.remedy = message, remedy
        self.file = None if file is None else str(file)
        self.sheet, self.line, self.column, self.value = sheet, line, column, value

    def __reduce__(self) -> tuple[Any, ...]:
        """Let it be told by another process."""
        return type(self), (self.message, self.remedy), vars(self)

    def __str__(self) -> str:
        """Return the message with its place and remedy, one line each."""
        places = ("file", "sheet", "line", "column", "value")
        known = [
            f"  {place + ':':<11}{getattr(self, place)}"
            for place in places
            if getattr(self, place) not in (None, "")
        ]
        return "\n".join([self.message, *known, f"  what to do: {self.remedy}"])


class ConfigError(OncohortError):
    """A command, a `site.yml`, a study's CSV or the workspace is wrong."""

    exit_code = 2


class DeliveryRefused(OncohortError):  # noqa: N818  says what happened
    """A delivery cannot be landed; none of its rows is."""

    exit_code = 3


class BuildFailed(OncohortError):  # noqa: N818  says what happened
    """dbt, the analysis or the report failed; the last publication stands."""

    exit_code = 4


class NothingReceived(OncohortError):  # noqa: N818  says what happened
    """There is no delivery to work on."""

    exit_code = 5


class WorkspaceBusy(OncohortError):  # noqa: N818  says what happened
    """Another command is writing to the workspace."""

    exit_code = 6


class WorkspaceUnwritable(OncohortError):  # noqa: N818  says what happened
    """The disk is full, or a file or folder of the workspace cannot be written."""

    exit_code = 7


EXIT_CODES = {
    0: "done, or nothing to do",
    1: "an error nobody foresaw",
    2: "wrong use, wrong site.yml, wrong study configuration",
    3: "a delivery was refused (the others landed)",
    4: "dbt, the analysis or the report failed; nothing was published",
    5: "nothing was received; nothing was published",
    6: "another command is writing to the workspace",
    7: "the disk is full or a folder cannot be written; what is published stands",
    130: "stopped by Ctrl-C",
}
