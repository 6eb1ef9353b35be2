"""What a plan says of numbers and of what was found in the rows of a table."""

from typing import NamedTuple


class Measure(NamedTuple):
    """A number that each row of a table has, its printed label and unit."""

    column: str
    label: str
    unit: str
    decimals: int = 1


class Marks(NamedTuple):
    """A table of what was found in the units of another, by column name.

    `key` is the unit (such as a sample) in both tables, `row` what is altered (a gene),
    `kind` how.
    """

    table: str
    key: str
    row: str
    kind: str
    row_label: str
    unit_label: str


class MarkKind(NamedTuple):
    """Kinds of marks that are shown as one."""

    id: str
    label: str
    values: tuple[str, ...]
