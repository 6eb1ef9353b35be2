"""Stand-ins for dbt's cross-database macros, so that sqlfluff need not start dbt.

sqlfluff reads this folder as its Jinja library; what a macro returns only has to be
SQL of the right shape.
"""


def concat(fields):
    """SQL that joins texts."""
    return " || ".join(fields)


def date_trunc(part, date):
    """SQL for the first day of a period."""
    return f"date_trunc('{part}', {date})"


def dateadd(part, interval, date):
    """SQL for a date moved by an interval."""
    return f"date_add({date}, {interval})"


def datediff(first, second, part):
    """SQL for the days between two dates."""
    return f"date_diff('{part}', {first}, {second})"


def hash(field):  # noqa: A001  the name in dbt
    """SQL for the hash of a text."""
    return f"md5({field})"


def last_day(date, part):
    """SQL for the last day of a period."""
    return f"last_day({date})"


def listagg(measure, delimiter, order_by_clause=None):
    """SQL that joins the texts of a group."""
    return f"string_agg({measure}, {delimiter} {order_by_clause or ''})"


def type_string():
    """SQL name of the text type."""
    return "varchar"
