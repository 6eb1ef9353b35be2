"""The command line: one command per thing a data manager does."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from oncohort.errors import EXIT_CODES, OncohortError
from oncohort.workspace import Workspace


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments after the program's name; by default the process's.
    """
    _speak_utf8()
    options = parser().parse_args(argv)
    try:
        return options.run(Workspace(options.workspace), options) or 0
    except OncohortError as error:
        sys.stdout.flush()
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        # the reader, such as `head`, has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _speak_utf8() -> None:
    """Write UTF-8 whatever the console: the answers hold Chinese."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    codes = "\n".join(f"  {code}  {meaning}" for code, meaning in EXIT_CODES.items())
    top = argparse.ArgumentParser(
        prog="oncohort",
        description="From the raw extracts of several hospitals to a study's numbers.",
        epilog=f"exit codes:\n{codes}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_workspace(top, None)
    commands = top.add_subparsers(metavar="command", required=True)
    for name, run, help_text in (
        ("init", _init, "make the workspace's folders, and empty tables for dbt"),
        ("receive", _receive, "land what is new under extracts/"),
        ("refresh", _refresh, "receive, build, analyse, report, publish"),
        ("build", _build, "run dbt build on what has landed"),
        ("publish", _publish, "analyse, report and publish what was built"),
        ("sql", _sql, "ask the current publication"),
        ("synthesize", _synthesize, "write the made-up extracts of eight hospitals"),
    ):
        command = commands.add_parser(name, help=help_text, description=help_text)
        command.set_defaults(run=run)
        _add_workspace(command, argparse.SUPPRESS)
        _ARGUMENTS.get(name, lambda _: None)(command)
    return top


def _add_workspace(command: argparse.ArgumentParser, default: str | None) -> None:
    command.add_argument(
        "--workspace",
        metavar="DIR",
        default=default,
        help="folder of all data; else ONCOHORT_WORKSPACE, else the project's root",
    )


def _receive_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("--site", help="only this site's deliveries")


def _sql_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("question", help="a select, or a file of analyses/")
    command.add_argument("--study", help="search this study's tables first")
    command.add_argument("--format", choices=("table", "csv", "json"), default="table")
    command.add_argument(
        "--working", action="store_true", help="ask the working database instead"
    )


def _synthesize_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="gets extracts/ and truth.csv; default: the workspace",
    )
    command.add_argument("--seed", type=int, help="default: the shipped extracts'")


_ARGUMENTS = {
    "receive": _receive_arguments,
    "sql": _sql_arguments,
    "synthesize": _synthesize_arguments,
}


def _init(workspace: Workspace, options: argparse.Namespace) -> int:
    from oncohort.lock import writer_lock
    from oncohort.receive.run import prepare

    with writer_lock(workspace, "init"):
        prepare(workspace)
    print(f"{workspace.root} is ready; put files into extracts/<site>/<date>/")
    return 0


def _receive(workspace: Workspace, options: argparse.Namespace) -> int:
    from oncohort.lock import writer_lock
    from oncohort.receive.run import receive

    with writer_lock(workspace, "receive"):
        verdicts = receive(workspace, site=options.site)
    if not verdicts:
        print("extracts/ holds no delivery: nothing was received")
    problems = [problem for verdict in verdicts for problem in verdict.problems]
    return max((problem.exit_code for problem in problems), default=0)


def _refresh(workspace: Workspace, options: argparse.Namespace) -> int:
    from oncohort.refresh import refresh

    refresh(workspace, say=_say)
    return 0


def _build(workspace: Workspace, options: argparse.Namespace) -> int:
    from oncohort.dbt_run import build
    from oncohort.lock import writer_lock
    from oncohort.receive.run import prepare, recover_landing

    with writer_lock(workspace, "build"):
        prepare(workspace)
        recover_landing(workspace)
        build(workspace, _say)
    print("built; `oncohort publish` makes it visible")
    return 0


def _publish(workspace: Workspace, options: argparse.Namespace) -> int:
    from oncohort.lock import writer_lock
    from oncohort.publish import page_to_open
    from oncohort.refresh import analyse_and_publish

    with writer_lock(workspace, "publish"):
        analyse_and_publish(workspace, None, _say)
    print(f"open {page_to_open(workspace)}")
    return 0


def _sql(workspace: Workspace, options: argparse.Namespace) -> int:
    from oncohort.sql import run_sql

    run_sql(
        workspace,
        options.question,
        sys.stdout,
        study=options.study,
        format=options.format,
        working=options.working,
    )
    return 0


def _synthesize(workspace: Workspace, options: argparse.Namespace) -> int:
    from oncohort.synthetic import DEFAULT_SEED, synthesize

    seed = DEFAULT_SEED if options.seed is None else options.seed
    synthesize(options.out or workspace.root, seed, say=_say)
    return 0


def _say(line: str) -> None:
    """Print a progress line at once, also into a pipe."""
    print(line, flush=True)
