"""Arguments of the commands that take several."""

import argparse
from pathlib import Path


def add_sql(command: argparse.ArgumentParser) -> None:
    """Add those of `oncohort sql`."""
    what = "a select, or a name of analyses/; without: the list of names"
    asked = command.add_mutually_exclusive_group()
    asked.add_argument("question", nargs="?", help=what)
    asked.add_argument("-f", "--file", type=Path, metavar="FILE", help="a file of SQL")
    tables = "list the tables and what a row of each is"
    asked.add_argument("--tables", action="store_true", help=tables)
    columns = "list a table's columns and what each means"
    asked.add_argument("--columns", metavar="TABLE", help=columns)
    study = "search this study's tables first"
    command.add_argument("--study", help=study)
    value = "value of $NAME in the question; may be repeated"
    pair = {"action": "append", "default": [], "metavar": "NAME=VALUE"}
    command.add_argument("--param", **pair, help=value)
    formats = ("table", "csv", "json", "parquet")
    command.add_argument("--format", choices=formats, help="default: table")
    out = "write here; .csv, .json or .parquet says the format"
    command.add_argument("--out", type=Path, metavar="FILE", help=out)
    seconds = "stop after so many; default: 60"
    command.add_argument("--timeout", type=float, metavar="SECONDS", help=seconds)
    memory = "stop beyond so much memory; default: 2"
    command.add_argument("--memory", type=float, metavar="GB", help=memory)
    working = "ask the working database instead"
    command.add_argument("--working", action="store_true", help=working)


def add_publish(command: argparse.ArgumentParser) -> None:
    """Add those of `oncohort publish`."""
    which = "with --lock: lock this one as it stands, make none; with --rollback: "
    which += "default `previous`; an id or its beginning, a lock's name, `current`"
    command.add_argument("ID", nargs="?", help=which)
    what = command.add_mutually_exclusive_group()
    kept = "lock it under a name: never removed, each page says so"
    what.add_argument("--lock", metavar="NAME", help=kept)
    back = "make an earlier publication, and its report, the current one"
    what.add_argument("--rollback", action="store_true", help=back)


def add_export(command: argparse.ArgumentParser) -> None:
    """Add those of `oncohort export`."""
    which = "such as cohort, patients or lx_vs_tbp.cohort"
    command.add_argument("table", metavar="TABLE", help=which)
    out = "the file to write; its ending says the format"
    command.add_argument("--out", type=Path, required=True, metavar="FILE", help=out)
    formats = ("csv", "parquet", "xlsx", "sav", "dta")
    command.add_argument("--format", choices=formats, help="if the ending does not")
    command.add_argument("--study", help="whose cohort, or other table, it is")


def add_audit(command: argparse.ArgumentParser) -> None:
    """Add those of `oncohort audit`."""
    figures = "id, population, arm, quantity, value, denominator: a row per figure"
    command.add_argument("file", metavar="FILE", type=Path, help=f"CSV: {figures}")


def add_explain(command: argparse.ArgumentParser) -> None:
    """Add those of `oncohort explain`."""
    who = "patient_id or its beginning, or a record number (SITE:NUMBER)"
    command.add_argument("patient", metavar="PATIENT", help=who)
    what = "such as pfs or os; bor: best response; treatment: lines and resistance; "
    what += "default: a summary of all"
    command.add_argument("endpoint", metavar="ENDPOINT", nargs="?", help=what)
    command.add_argument("--study", help="default: the one that screened the patient")
    command.add_argument("--rule-set", default="default", help="default: default")
    raw = "add the lines as the site sent them; they may identify the patient"
    command.add_argument("--raw", action="store_true", help=raw)
    page = "write a page under report/patients/ instead, never with raw text"
    command.add_argument("--html", action="store_true", help=page)


def add_diff(command: argparse.ArgumentParser) -> None:
    """Add those of `oncohort diff`."""
    for name, default in (("BEFORE", "previous"), ("AFTER", "current")):
        which = f"an id or its beginning, `current` or `previous`; default: {default}"
        command.add_argument(name, nargs="?", default=default, help=which)
    command.add_argument("--json", action="store_true", help="print all as one object")
    command.add_argument("--all", action="store_true", help="no list is cut at 20")


def add_synthesize(command: argparse.ArgumentParser) -> None:
    """Add those of `oncohort synthesize`."""
    out = "gets extracts/ and truth.csv; default: the workspace"
    command.add_argument("--out", type=Path, metavar="DIR", help=out)
    seed = "default: the shipped extracts'"
    command.add_argument("--seed", type=int, help=seed)
    many = "each patient K times, with other numbers and dates, and sites/ to read them"
    command.add_argument("--scale", type=int, metavar="K", help=many)
    form = "of the files of --scale; default: csv"
    command.add_argument(
        "--format", choices=("csv", "parquet"), default="csv", help=form
    )
    planted = "plant defects; defects.csv lists each with the rule that catches it"
    command.add_argument("--defects", action="store_true", help=planted)


def add_queries(command: argparse.ArgumentParser) -> None:
    """Add those of `oncohort queries`."""
    command.add_argument("site", metavar="SITE", help="site that is asked")
    day = "day of issue; default: today"
    command.add_argument("--date", metavar="YYYY-MM-DD", help=day)
    working = "what the working database asks, not the published one"
    command.add_argument("--working", action="store_true", help=working)
