"""Asks a database that nothing leads out of."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from oncohort.errors import ConfigError
from oncohort.identity import quoted_name, text_literal
from oncohort.publish import DATABASE
from oncohort.sql.answers import (
    Answer,
    format_of,
    new_file,
    write_answer,
    write_table,
)
from oncohort.sql.limits import Limits, Watch
from oncohort.sql.questions import (
    Question,
    analyses,
    found_question,
    question_of_file,
    refuse_unless_reading,
    values_of,
)
from oncohort.workspace import Workspace

SCHEMAS = ("core", "quality", "analysis", "reference")
_CLOSED = {
    "enable_external_access": "false",
    "autoload_known_extensions": "false",
    "autoinstall_known_extensions": "false",
    # else what memory cannot hold is written beside the publication
    "temp_directory": "",
}


def run_sql(
    workspace: Workspace,
    text: str | Path,
    out: IO[str] | Path,
    study: str | None = None,
    format: str | None = None,
    working: bool = False,
    given: Mapping[str, str] | None = None,
    limits: Limits | None = None,
    leave: Callable[[ConfigError], None] | None = None,
) -> None:
    """Answer a question to the current publication and write the answer to `out`.

    Parameters
    ----------
    text : str or Path
        One `select`, the name of a file of `analyses/`, or a file of SQL.
    out : text stream or Path
        A file is there only once the whole answer is.
    study : str, optional
        Its schema is searched before core, quality and analysis; it is also the value
        of the question's parameter `study`.
    format : str, optional
        `table`, `csv`, `json` or `parquet`; by default what the file's name says.
    working : bool
        Ask the working database instead, which a build may be changing.
    given : mapping of str to str, optional
        Values of the question's parameters.
    limits : Limits, optional
        Beyond them the question is stopped.
    leave : callable, optional
        Ends the process where the engine cannot be stopped otherwise.

    Raises
    ------
    ConfigError
        If nothing is published, the study is unknown, or the question is not one
        `select`, does not work, or passes its limits.
    """
    path = out if isinstance(out, Path) else None
    chosen = format_of(path, format)
    is_file = isinstance(text, Path)
    question = question_of_file(text) if is_file else found_question(workspace, text)
    database = database_file(workspace, working)
    with _asked(
        database, question, study, given or {}, limits or Limits(), leave
    ) as answer:
        if path is None:
            write_answer(answer, out, chosen)
        else:
            with new_file(workspace, path, chosen != "parquet") as stream:
                write_answer(answer, stream, chosen)


def list_analyses(workspace: Workspace, out: IO[str]) -> None:
    """Write the names of the analyses, their parameters and what each tells."""
    rows = [
        (name, " ".join(f"{k}={v}" for k, v in each.defaults.items()), each.title)
        for name, each in analyses(workspace).items()
    ]
    write_table(out, ["name", "parameters", "what it tells"], rows)


def database_file(workspace: Workspace, working: bool) -> Path:
    """Return the published database, or the working one.

    Raises
    ------
    ConfigError
        If there is none.
    """
    if working:
        if workspace.working_db.is_file():
            return workspace.working_db
        raise ConfigError("there is no working database", "run `oncohort build`")
    folder = workspace.current_publication()
    if folder is None:
        raise ConfigError("nothing is published yet", "run `oncohort refresh`")
    return folder / DATABASE


@contextlib.contextmanager
def _asked(
    database: Path,
    question: Question,
    study: str | None,
    given: Mapping[str, str],
    limits: Limits,
    leave: Callable[[ConfigError], None] | None,
) -> Iterator[Answer]:
    """Ask, and give the answer; what goes wrong is told in our words."""
    import duckdb

    settings = {**_CLOSED, "memory_limit": f"{limits.memory_gb}GB"}
    reason = None
    try:
        with (
            duckdb.connect(
                str(database), read_only=True, config=settings
            ) as connection,
            Watch(connection, limits, leave) as watch,
        ):
            try:
                connection.execute(f"set search_path = '{_path(connection, study)}'")
                connection.execute("set lock_configuration = true")
                with watch.working():
                    _execute(connection, question, study, given)
                yield Answer(connection, watch)
            finally:
                reason = watch.reason
    except (duckdb.OutOfMemoryException, MemoryError) as error:
        raise limits.too_large() from error
    except duckdb.Error as error:
        raise reason or ConfigError(
            str(error).strip(),
            "correct the question; `oncohort sql --tables` lists the tables, "
            "`oncohort sql --columns TABLE` the columns of one",
        ) from error


def _execute(
    connection: Any, question: Question, study: str | None, given: Mapping[str, str]
) -> None:
    refuse_unless_reading(connection, question.sql)
    (statement,) = connection.extract_statements(question.sql)
    used = set(statement.named_parameters)
    if study and "study" in used:
        given = {"study": study, **given}
    values = values_of(question, used, given)
    if not values:
        connection.execute(statement)
        return
    # in SQL: values handed over from Python make the engine import pandas
    assigned = (f"{quoted_name(k)} := {text_literal(v)}" for k, v in values.items())
    connection.execute(f"prepare question as {question.sql}")
    connection.execute(f"execute question({', '.join(assigned)})")


def _path(connection: Any, study: str | None) -> str:
    there = {
        row[0]
        for row in connection.execute(
            "select schema_name from duckdb_schemas() where not internal "
            "and database_name = current_database()"
        ).fetchall()
    }
    if study is not None and study not in there:
        others = ", ".join(sorted(there - {*SCHEMAS, "main"})) or "none"
        raise ConfigError(f"no study `{study}` is published", f"known: {others}")
    wanted = [study] if study else []
    return ",".join([*wanted, *(name for name in SCHEMAS if name in there)]) or "main"
