"""A table as SPSS (.sav) and Stata (.dta) files: numbers, with labels that say what.

Neither program has missing text, and Stata labels numbers only. So a column of codes
becomes numbers, 1 for the first of its list, each with its label; what is unknown is
missing there and no category. Yes is 1, no is 0. Free text stays text.
"""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from oncohort.errors import ConfigError
from oncohort.export.labels import Variable
from oncohort.export.plain_files import REPLACED
from oncohort.export.sheet import Sheet, file_names, numbers_of, refuse_long_texts
from oncohort.without_clock import spss_without_clock, stata_without_clock

if TYPE_CHECKING:
    import pandas

# longest label of a column: bytes in SPSS, characters in Stata
LONGEST_LABEL = {"sav": 255, "dta": 80}
LONGEST_CODE_LABEL = {"sav": 120, "dta": 32_000}
LONGEST_TEXT = {"sav": 32_767, "dta": 1_000_000}
# 118, which every Stata from 14 on reads; 15 would write 119, for Stata/MP only
STATA_VERSION = 14


def sav_bytes(sheet: Sheet) -> bytes:
    """Return the table as a file of SPSS.

    Raises
    ------
    ConfigError
        If a text is longer than SPSS holds.
    """
    import pyreadstat

    names = file_names(sheet.variables, "sav")
    whole = ("INTEGER", "BIGINT", "BOOLEAN")
    about = {
        "row_compress": True,
        "variable_measure": {
            names[each.name]: "nominal" if each.codes else "scale"
            for each in sheet.variables
            if each.codes or each.data_type != "VARCHAR"
        },
        "variable_format": {
            names[each.name]: "F8.0"
            for each in sheet.variables
            if each.is_coded or each.data_type in whole
        },
    }
    return spss_without_clock(_written(sheet, "sav", pyreadstat.write_sav, about))


def dta_bytes(sheet: Sheet) -> bytes:
    """Return the table as a file of Stata 14 or newer.

    Raises
    ------
    ConfigError
        If a text is longer than Stata holds.
    """
    import pyreadstat

    about = {"version": STATA_VERSION}
    return stata_without_clock(_written(sheet, "dta", pyreadstat.write_dta, about))


def _written(
    sheet: Sheet, format: str, write: Callable[..., None], about: dict[str, Any]
) -> bytes:
    import pandas

    refuse_long_texts(sheet, LONGEST_TEXT[format], "bytes")
    names = file_names(sheet.variables, format)
    columns, labels, value_labels = {}, {}, {}
    for variable in sheet.variables:
        name = names[variable.name]
        columns[name], value_labels[name] = _column(sheet, variable, format)
        labels[name] = _fitting(variable.label, format)
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"table.{format}"
        write(
            pandas.DataFrame(columns),
            path,
            file_label=sheet.title[:60],
            column_labels=labels,
            variable_value_labels={
                key: each for key, each in value_labels.items() if each
            },
            **about,
        )
        return path.read_bytes()


def _column(
    sheet: Sheet, variable: Variable, format: str
) -> tuple["pandas.Series", dict[int, str]]:
    """Values of a column as the program holds them, and the labels of its numbers."""
    import pandas

    values = sheet.rows[variable.name].to_pylist()
    if variable.is_coded:
        numbers = numbers_of(variable, values)
        coded = [None if each is None else numbers[each] for each in values]
        labels = {
            number: _cut(variable.codes.get(code, code), LONGEST_CODE_LABEL[format])
            for code, number in numbers.items()
        }
        return pandas.Series(coded, dtype="Int32"), labels
    if variable.data_type == "BOOLEAN":
        labels = {int(code): label for code, label in variable.codes.items()}
        return pandas.Series(values, dtype="boolean").astype("Int8"), labels
    kinds = {"INTEGER": "Int32", "BIGINT": "Int64", "DOUBLE": "float64"}
    if variable.data_type in kinds:
        return pandas.Series(values, dtype=kinds[variable.data_type]), {}
    if variable.data_type == "DATE":
        return pandas.Series(values, dtype=object), {}
    if variable.data_type != "VARCHAR":
        raise ConfigError(
            f"a column of {sheet.title} has a type that the format does not know",
            "export it as csv or parquet",
            column=variable.name,
            value=variable.data_type,
        )
    texts = ["" if each is None else each.replace("\0", REPLACED) for each in values]
    return pandas.Series(texts, dtype=object), {}


def _fitting(label: str, format: str) -> str:
    """Return a label as long as the program shows it; the codebook has it whole."""
    longest = LONGEST_LABEL[format]
    if len(label.encode()) <= longest:
        return label
    return _cut(label.partition(". ")[0], longest)


def _cut(label: str, longest: int) -> str:
    """Return a label of at most so many bytes, with a sign where it was cut."""
    if len(label.encode()) <= longest:
        return label
    return label.encode()[: longest - 3].decode(errors="ignore") + "…"
