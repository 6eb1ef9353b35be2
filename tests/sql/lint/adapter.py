"""Stands in for dbt's adapter where sqlfluff renders a model: no engine is asked."""


def dispatch(name: str):
    """A macro that differs between engines: its first argument, for the linter."""
    return lambda *arguments: arguments[0]
