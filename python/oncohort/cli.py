"""The command line: one command per thing a data manager does."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from oncohort import cli_arguments as arguments
from oncohort.cli_run import run_command
from oncohort.errors import EXIT_CODES, OncohortError
from oncohort.run_log import log_verdicts
from oncohort.workspace import Workspace

_AS_JSON = (
    "print one JSON object at the end: deliveries (site_id, delivered_on, status, "
    "files, expectations, problems, notes, page) and exit_code"
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments after the program's name; by default the process's.
    """
    # whatever the console: the answers hold Chinese
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    options = parser().parse_args(argv)
    try:
        workspace = Workspace(options.workspace)
    except OncohortError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    name = options.run.__name__.strip("_")
    return run_command(name, workspace, lambda: options.run(workspace, options))


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    codes = "\n".join(f"  {code}  {meaning}" for code, meaning in EXIT_CODES.items())
    top = argparse.ArgumentParser(
        prog="oncohort",
        description="From the raw extracts of several hospitals to a study's numbers. "
        "Without a command: the state of the workspace.",
        epilog=f"exit codes:\n{codes}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_workspace(top, None)
    top.set_defaults(run=_state)
    commands = top.add_subparsers(metavar="command")

    def add(run: Callable[..., int | None], help_text: str) -> argparse.ArgumentParser:
        name = run.__name__.strip("_")
        command = commands.add_parser(name, help=help_text, description=help_text)
        command.set_defaults(run=run)
        # after the command too, where leaving it out must not undo the one before
        _add_workspace(command, argparse.SUPPRESS)
        return command

    _add_site_commands(add)
    receive = add(_receive, "land what is new under extracts/")
    receive.add_argument("--site", help="only this site's deliveries")
    receive.add_argument("--json", action="store_true", help=_AS_JSON)
    arguments.add_queries(add(_queries, "write a site's feedback workbook"))
    add(_refresh, "receive, build, analyse, report, publish")
    add(_build, "run dbt build on what has landed")
    arguments.add_publish(add(_publish, "analyse, report and publish what was built"))
    _add_reading_commands(add)
    arguments.add_synthesize(
        add(_synthesize, "write the made-up extracts of eight hospitals")
    )
    return top


def _add_site_commands(add: Callable[..., argparse.ArgumentParser]) -> None:
    init = add(_init, "make a workspace: its folders, its secret, empty tables for dbt")
    folder = "the folder that becomes one; default: the workspace"
    init.add_argument("folder", nargs="?", type=Path, metavar="DIR", help=folder)
    new = add(_onboard, "look at a new site's files and draft its site.yml")
    new.add_argument("path", type=Path, help="its folder of files, or one file")
    new.add_argument("--site", help="name of the site; default: the folder's")
    languages = "of what the site is sent; default: that of its headers"
    new.add_argument("--language", choices=("en", "zh"), help=languages)


def _add_reading_commands(add: Callable[..., argparse.ArgumentParser]) -> None:
    arguments.add_sql(add(_sql, "ask the current publication"))
    write = "write a published table for SPSS, Stata, R or a spreadsheet"
    arguments.add_export(add(_export, write))
    arguments.add_diff(add(_diff, "tell what differs between two publications"))
    arguments.add_explain(
        add(_explain, "tell why a patient has an endpoint or is in no study")
    )
    flags = "say which printed figures of a paper cannot be right"
    arguments.add_audit(add(_audit, flags))


def _add_workspace(command: argparse.ArgumentParser, default: str | None) -> None:
    where = "folder of all data; else ONCOHORT_WORKSPACE, else the project's root"
    command.add_argument("--workspace", metavar="DIR", default=default, help=where)


def _state(workspace: Workspace, options: argparse.Namespace) -> None:
    from oncohort.state import show_state

    show_state(workspace, sys.stdout)


def _init(workspace: Workspace, options: argparse.Namespace) -> None:
    from oncohort.init import init

    init(workspace if options.folder is None else Workspace(options.folder), _say)


def _onboard(workspace: Workspace, options: argparse.Namespace) -> None:
    from oncohort.onboard.run import onboard

    onboard(workspace, options.path, options.site, options.language, _say)


def _receive(workspace: Workspace, options: argparse.Namespace) -> int:
    from oncohort.lock import writer_lock
    from oncohort.receive.run import receive
    from oncohort.receive.show import Json, Lines, Terminal

    show = Lines(_say)
    if options.json:
        show = Json(_say, lambda line: print(line, file=sys.stderr, flush=True))
    elif sys.stdout.isatty():
        show = Terminal()
    try:
        with writer_lock(workspace, "receive"):
            verdicts = receive(workspace, options.site, show.say, show=show)
    finally:
        show.stop()
    log_verdicts(verdicts)
    if not verdicts:
        show.say("extracts/ holds no delivery: nothing was received")
    problems = [problem for verdict in verdicts for problem in verdict.problems]
    exit_code = max((problem.exit_code for problem in problems), default=0)
    show.ended(exit_code)
    return exit_code


def _queries(workspace: Workspace, options: argparse.Namespace) -> None:
    from oncohort.lock import writer_lock
    from oncohort.queries import issue_queries

    with writer_lock(workspace, "queries"):
        issue_queries(workspace, options.site, options.date, options.working)


def _refresh(workspace: Workspace, options: argparse.Namespace) -> None:
    from oncohort.refresh import refresh

    refresh(workspace, say=_say)


def _build(workspace: Workspace, options: argparse.Namespace) -> None:
    from oncohort.dbt_run import build
    from oncohort.descriptions import write_comments
    from oncohort.lock import writer_lock
    from oncohort.receive.journal import recover
    from oncohort.receive.run import prepare

    with writer_lock(workspace, "build"):
        prepare(workspace)
        recover(workspace)
        build(workspace, _say)
        write_comments(workspace, workspace.working_db)
    print("built; `oncohort publish` makes it visible")


def _publish(workspace: Workspace, options: argparse.Namespace) -> None:
    from oncohort.lock import writer_lock
    from oncohort.publications import page_to_open, roll_back
    from oncohort.refresh import publish_or_lock

    with writer_lock(workspace, "publish"):
        if options.rollback:
            roll_back(workspace, options.ID, _say)
        else:
            publish_or_lock(workspace, options.ID, options.lock, _say)
    print(f"open {page_to_open(workspace)}")


def _sql(workspace: Workspace, options: argparse.Namespace) -> None:
    from oncohort.sql.command import run_command

    run_command(workspace, options, sys.stdout)


def _export(workspace: Workspace, options: argparse.Namespace) -> None:
    from oncohort.export import export

    wanted = (options.table, options.out, options.study, options.format)
    for path in export(workspace, *wanted):
        print(f"wrote {path}")


def _explain(workspace: Workspace, options: argparse.Namespace) -> None:
    from oncohort.explain import explain

    asked = (options.study, options.rule_set, options.raw, options.html)
    who, code = options.patient, options.endpoint
    page = explain(workspace, who, code, sys.stdout, *asked)
    if page:
        print(f"open {page}")


def _diff(workspace: Workspace, options: argparse.Namespace) -> None:
    from oncohort.diff import diff

    which = (options.BEFORE, options.AFTER)
    diff(workspace, *which, sys.stdout, options.json, options.all)


def _audit(workspace: Workspace, options: argparse.Namespace) -> None:
    from oncohort.audit import audit

    flags = audit(options.file)
    widths = [max(map(len, each)) for each in zip(*flags, strict=True)][:2]
    for flag in flags:
        cells = [cell.ljust(width) for cell, width in zip(flag, widths, strict=False)]
        print("  ".join([*cells, flag.reason]))
    print(f"{len(flags)} printed figures flagged" if flags else "nothing flagged")


def _synthesize(workspace: Workspace, options: argparse.Namespace) -> None:
    from oncohort.errors import ConfigError
    from oncohort.synthetic import DEFAULT_SEED, synthesize
    from oncohort.synthetic.replicate import replicate

    seed = DEFAULT_SEED if options.seed is None else options.seed
    out = options.out or workspace.root
    if options.scale is None:
        synthesize(out, seed, say=_say, with_defects=options.defects)
        return
    if options.out is None or options.defects:
        raise ConfigError(
            "--scale needs --out and plants no defects",
            "name a folder: the workspace's own extracts would be written over",
        )
    replicate(out, options.scale, options.format, seed, _say)


def _say(line: str) -> None:
    """Print a progress line at once, also into a pipe."""
    print(line, flush=True)
