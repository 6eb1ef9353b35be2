"""A table on its way into a file, and its codebook."""

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from oncohort.errors import ConfigError
from oncohort.export.labels import Variable

if TYPE_CHECKING:
    import pyarrow

LONGEST_NAME = {"sav": 64, "dta": 32}
NUMBERED = tuple(LONGEST_NAME)
# words that mean something to the programs already
RESERVED = frozenset(
    "all and by eq ge gt le lt ne not or to with byte double float if in int long "
    "using strl".split()
)
TYPES = {
    "BOOLEAN": "yes or no",
    "DATE": "date",
    "VARCHAR": "text",
    "DOUBLE": "number",
    "INTEGER": "whole number",
    "BIGINT": "whole number",
}


class Sheet(NamedTuple):
    """A table: its name, its columns with their labels, its rows."""

    title: str
    variables: list[Variable]
    rows: "pyarrow.Table"


def refuse_long_texts(sheet: Sheet, longest: int, unit: str) -> None:
    """Refuse texts that a format cannot hold, in `bytes` or `characters`; none is cut.

    Raises
    ------
    ConfigError
        With the column and the beginning of its first such text.
    """
    import pyarrow.compute as pc

    length = {"bytes": pc.binary_length, "characters": pc.utf8_length}[unit]
    for variable in sheet.variables:
        if variable.data_type != "VARCHAR" or variable.is_coded:
            continue
        texts = sheet.rows[variable.name].cast("string")
        long = texts.filter(pc.greater(length(texts), longest))
        if len(long):
            raise ConfigError(
                f"a text of {sheet.title} is longer than the {longest:,} {unit} that"
                " the format holds",
                "export it as csv or parquet, which hold texts of any length",
                column=variable.name,
                value=f"{long[0].as_py()[:40]}…",
            )


def numbers_of(variable: Variable, values: Any) -> dict[str, int]:
    """Return the number of each code: its place in the list, from 1.

    A value that no list has comes after it.
    """
    others = sorted({each for each in values if each is not None} - set(variable.codes))
    return {code: n for n, code in enumerate([*variable.codes, *others], start=1)}


def file_names(variables: list[Variable], format: str) -> dict[str, str]:
    """Return the name of each column in a file: valid there, no two alike."""
    if format not in LONGEST_NAME:
        return {each.name: each.name for each in variables}
    found: dict[str, str] = {}
    for place, variable in enumerate(variables):
        longest = LONGEST_NAME[format]
        if format == "dta" and variable.codes:
            # the writer names a set of labels by its column and the column's place
            longest -= len(str(place))
        plain = re.sub(r"\W", "_", variable.name)
        if not plain[0].isalpha() or plain.lower() in RESERVED:
            plain = f"v_{plain}"
        # SPSS counts bytes
        name, n = _cut(plain, longest), 1
        while name.lower() in map(str.lower, found.values()):
            n += 1
            name = f"{_cut(plain, longest - len(str(n)) - 1)}_{n}"
        found[variable.name] = name
    return found


def _cut(name: str, longest: int) -> str:
    return name.encode()[:longest].decode(errors="ignore")


def codebook(sheet: Sheet, format: str) -> Sheet:
    """Return a table that says what each column and each of its codes means.

    One row per column, or per code of one; `number` is what stands for the code in the
    file, empty where the code itself does.
    """
    import pyarrow

    names = file_names(sheet.variables, format)
    rows = []
    for variable in sheet.variables:
        kind = TYPES.get(variable.data_type, variable.data_type.lower())
        about = (variable.name, names[variable.name], variable.label, kind)
        numbers: dict[Any, int] = {False: 0, True: 1}
        if variable.is_coded:
            numbers = numbers_of(
                variable, sheet.rows[variable.name].unique().to_pylist()
            )
        is_numbered = format in NUMBERED and bool(variable.codes)
        for code in numbers if variable.codes else (None,):
            shown = str(code).lower() if isinstance(code, bool) else code
            number = str(numbers[code]) if is_numbered else None
            rows.append((*about, number, shown, variable.codes.get(code, code)))
    heads = ("column", "name_in_file", "label", "type", "number", "code", "meaning")
    columns = [Variable(head, "VARCHAR", head, {}) for head in heads]
    texts = pyarrow.table(
        {
            head: pyarrow.array(column, pyarrow.string())
            for head, column in zip(heads, zip(*rows, strict=True), strict=True)
        }
    )
    return Sheet(f"codebook of {sheet.title}", columns, texts)
