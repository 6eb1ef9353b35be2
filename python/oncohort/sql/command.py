"""The command line's words as a question with its limits."""

import argparse
import os
import sys
from typing import IO

from oncohort.errors import ConfigError, OncohortError
from oncohort.sql.ask import list_analyses, run_sql
from oncohort.sql.limits import Limits
from oncohort.workspace import Workspace


def run_command(
    workspace: Workspace, options: argparse.Namespace, out: IO[str]
) -> None:
    """Do what `oncohort sql` was told; see its help.

    Raises
    ------
    ConfigError
        If the question, a parameter or a limit is wrong.
    """
    given = _parameters(options.param)
    text = options.file or options.question
    if options.tables or options.columns:
        text = "columns" if options.columns else "tables"
        given |= {"table": options.columns} if options.columns else {}
    if not text:
        list_analyses(workspace, out)
        return
    default = Limits()
    limits = Limits(
        _positive("--timeout", options.timeout, default.seconds),
        _positive("--memory", options.memory, default.memory_gb),
    )
    run_sql(
        workspace,
        text,
        options.out or out,
        options.study,
        options.format,
        options.working,
        given,
        limits,
        _leave,
    )


def _parameters(pairs: list[str]) -> dict[str, str]:
    wrong = next((pair for pair in pairs if "=" not in pair.lstrip("=")), None)
    if wrong is not None:
        remedy = "write --param NAME=VALUE"
        raise ConfigError("a parameter has no value", remedy, value=wrong)
    return {
        name.lstrip("$"): value for name, _, value in (p.partition("=") for p in pairs)
    }


def _positive(option: str, value: float | None, default: float) -> float:
    if value is None:
        return default
    if not 0 < value < float("inf"):
        raise ConfigError(f"{option} is no limit", "give a number above 0", value=value)
    return value


def _leave(error: OncohortError) -> None:
    """End at once: the engine is deep in one function and hears no interrupt."""
    print(f"error: {error}", file=sys.stderr, flush=True)
    os._exit(error.exit_code)
