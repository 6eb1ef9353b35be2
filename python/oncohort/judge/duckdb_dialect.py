"""Lets Great Expectations push its checks down to an open DuckDB connection.

Over plain `duckdb://` every check fails without a word: the engine rolls back between
query and fetch, and DuckDB drops the pending rows. Here a cursor fetches at once;
begin, commit and rollback do nothing (the checks only read), and columns are described
by DuckDB instead of through its slow copy of PostgreSQL's catalogue.
"""

from typing import Any

import sqlalchemy
from duckdb_engine import DBAPI, Dialect
from sqlalchemy.dialects import registry

NAME = "oncohort_duckdb"


class EagerCursor:
    """A cursor that holds all rows of its answer from the start."""

    arraysize, rowcount = 1, -1

    def __init__(self, connection: "OpenConnection") -> None:
        """Stand ready; `description` is None until a query has answered."""
        self.connection = connection
        self.description: Any = None
        self._rows: list[tuple] = []

    def execute(self, statement: str, parameters: Any = None) -> None:
        """Run a statement and fetch its rows."""
        answer = self.connection.duckdb.execute(statement, parameters or None)
        self.description = answer.description
        self._rows = answer.fetchall() if answer.description else []

    def fetchmany(self, size: int = 1) -> list[tuple]:
        """Return the next rows."""
        rows, self._rows = self._rows[:size], self._rows[size:]
        return rows

    def fetchone(self) -> tuple | None:
        """Return the next row, None after the last."""
        return next(iter(self.fetchmany(1)), None)

    def fetchall(self) -> list[tuple]:
        """Return the rows that are left."""
        return self.fetchmany(len(self._rows))

    def close(self) -> None:
        """Do nothing: nothing is pending."""


class OpenConnection:
    """A DuckDB connection that somebody else opened and will close."""

    notices: tuple = ()

    def __init__(self, duckdb: Any) -> None:
        """Borrow the connection."""
        self.duckdb = duckdb

    def cursor(self) -> EagerCursor:
        """Return a new cursor."""
        return EagerCursor(self)

    def close(self) -> None:
        """Leave it to its owner."""


class PushDown(Dialect):
    """DuckDB's dialect without transactions."""

    name = NAME
    supports_statement_cache = True

    @staticmethod
    def import_dbapi() -> type[DBAPI]:
        """Return DuckDB's module as SQLAlchemy wants it."""
        return DBAPI

    def _do_nothing(self, connection: Any) -> None:
        """Begin, commit and roll back nothing."""

    do_begin = do_commit = do_rollback = _do_nothing

    def get_columns(
        self, connection: Any, table_name: str, schema: str | None = None, **_: Any
    ) -> list[dict[str, Any]]:
        """Describe the columns of a table; the relations hold whole numbers only."""
        name = self.identifier_preparer.quote(table_name)
        described = connection.exec_driver_sql(f"describe {name}").fetchall()
        number = sqlalchemy.BigInteger()
        rest = {"type": number, "nullable": True, "default": None}
        return [{"name": row[0], **rest} for row in described]


registry.register(NAME, __name__, PushDown.__name__)
_OPEN = OpenConnection(None)


def batch_of(context: Any, connection: Any, table: str) -> Any:
    """Return a whole table of a DuckDB connection as a batch definition.

    Data source and tables are made once for a context, as each costs as much as ten
    checks; only the connection under them changes. A name must keep its columns.
    """
    _OPEN.duckdb = connection
    if NAME not in context.data_sources.all():
        context.data_sources.add_sql(
            NAME,
            connection_string=f"{NAME}://",
            create_temp_table=False,
            kwargs={
                "creator": lambda: _OPEN,
                "poolclass": sqlalchemy.pool.StaticPool,
            },
        )
    source = context.data_sources.get(NAME)
    if table not in source.get_asset_names():
        asset = source.add_table_asset(table, table_name=table)
        asset.add_batch_definition_whole_table(table)
    return source.get_asset(table).get_batch_definition(table)
