"""Questions: the user's words, a file of SQL or a named analysis, and their judge."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from oncohort.errors import ConfigError
from oncohort.identity import text_literal
from oncohort.workspace import Workspace

if TYPE_CHECKING:
    import duckdb

# Those that make rows or tell of tables. All others reach beyond the database or change
# the engine: even a read-only one without files writes its log or dies of it.
_TABLE_FUNCTIONS = frozenset(
    "duckdb_columns duckdb_constraints duckdb_functions duckdb_tables duckdb_types "
    "duckdb_views generate_series histogram histogram_values json_each json_tree "
    "pragma_table_info pragma_version range repeat repeat_row summary unnest".split()
)
# they write to the log, and bind what hides in a text
_REFUSED_FUNCTIONS = frozenset(["write_log", "json_serialize_plan"])
_DEFAULT = re.compile(r"^-- \$(\w+) = (.*?): ", re.MULTILINE)


class Question(NamedTuple):
    """SQL and the parameters that its head comment gives a value."""

    sql: str
    defaults: Mapping[str, str]

    @property
    def title(self) -> str:
        """The first sentence of the head comment."""
        head = re.match(r"(?:--.*\n)*", self.sql).group()
        words = " ".join(head.replace("--", " ").split())
        return words.partition(". ")[0].rstrip(".")


def found_question(workspace: Workspace, text: str) -> Question:
    """Return a question by its name in `analyses/`, or the text itself.

    Raises
    ------
    ConfigError
        If the text is one word but no name.
    """
    name = text.strip()
    if not re.fullmatch(r"[A-Za-z0-9_]+", name):
        return Question(text, {})
    named = analyses(workspace)
    if name in named:
        return named[name]
    raise ConfigError(
        f"there is no query named `{name}`",
        f"known: {', '.join(named) or 'none yet'}; or write a select in quotes",
    )


def analyses(workspace: Workspace) -> dict[str, Question]:
    """Return the named analyses; a workspace's own hides the project's."""
    folders = (workspace.project / "analyses", workspace.root / "analyses")
    files = {path.stem: path for folder in folders for path in folder.glob("*.sql")}
    return {name: question_of_file(files[name]) for name in sorted(files)}


def question_of_file(path: Path) -> Question:
    """Return the question of a file of SQL.

    Raises
    ------
    ConfigError
        If the file cannot be read as UTF-8.
    """
    try:
        sql = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"the question cannot be read: {error}",
            "name a text file of SQL in UTF-8",
            file=path,
        ) from error
    return Question(sql, dict(_DEFAULT.findall(sql)))


def refuse_unless_reading(connection: "duckdb.DuckDBPyConnection", sql: str) -> None:
    """Let only one `select` through that stays within the tables.

    The engine's own parser says what the question is; nothing of it runs here.

    Raises
    ------
    ConfigError
        If it is none, several or another statement, or calls what leads out.
    duckdb.ParserException
        If it is no SQL.
    """
    text = text_literal(sql.replace("\0", ""))
    found = connection.execute(f"select json_serialize_sql({text})").fetchone()
    try:
        tree = json.loads(found[0])
        called = set(_refused_calls(tree))
    except RecursionError as error:
        raise ConfigError(
            "the question is nested too deeply", "write it in steps: with a as (...)"
        ) from error
    if tree["error"] and tree["error_type"] == "parser":
        connection.extract_statements(sql)
    if tree["error"] or len(tree["statements"]) != 1 or "\0" in sql:
        raise ConfigError(
            "only one question at a time, and only reading: select, with, from, "
            "values, describe, show, summarize, pivot ... on ... in (...)",
            "a publication is never changed; change a model and refresh",
            value=" ".join(sql.split())[:80],
        )
    if called:
        raise ConfigError(
            f"a question may not call {', '.join(sorted(called))}: it reads the "
            "database's own tables, no file, network or setting",
            "`oncohort sql --tables` lists the tables; a site's file comes in through "
            "`oncohort receive`",
        )


def _refused_calls(node: Any, is_table: bool = False) -> Iterator[str]:
    if isinstance(node, list):
        for each in node:
            yield from _refused_calls(each)
    elif isinstance(node, dict):
        name = str(node.get("function_name", "")).lower()
        if (is_table and name not in _TABLE_FUNCTIONS) or name in _REFUSED_FUNCTIONS:
            yield name
        for key, each in node.items():
            is_call = key == "function" and node.get("type") == "TABLE_FUNCTION"
            yield from _refused_calls(each, is_call)


def values_of(
    question: Question, used: set[str], given: Mapping[str, str]
) -> dict[str, str]:
    """Return each parameter of a question with the value given, else its default.

    Values are text, as if written in quotes: the engine gives them the type of what
    they are compared with.

    Raises
    ------
    ConfigError
        If one is given that the question has not, or one has no value.
    """
    unknown = ", ".join(sorted(given.keys() - used))
    if unknown:
        known = ", ".join(sorted(used)) or "none"
        raise ConfigError(
            f"the question has no parameter {unknown}", f"its parameters: {known}"
        )
    values = {name: dict(question.defaults, **given).get(name) for name in used}
    missing = sorted(name for name, value in values.items() if value is None)
    if missing:
        raise ConfigError(
            f"the question needs a value for {', '.join(missing)}",
            f"add --param {missing[0]}=VALUE",
        )
    return values
