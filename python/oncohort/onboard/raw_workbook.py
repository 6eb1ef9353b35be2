"""A workbook's sheets and an SPSS file's labels, before anybody described them."""

from collections.abc import Iterator
from pathlib import Path

from oncohort.errors import DeliveryRefused
from oncohort.receive.source_table import tidy

HEAD_ROWS = 2_000


def sheets(path: Path, name: str) -> Iterator[tuple[str, list[tuple[int, list[str]]]]]:
    """Yield each sheet's name and its first rows, with their lines."""
    import python_calamine

    from oncohort.receive.cell_text import text_of
    from oncohort.receive.read_workbook import check_size

    check_size(path, name)
    try:
        with python_calamine.CalamineWorkbook.from_path(str(path)) as workbook:
            for sheet in workbook.sheet_names:
                found = workbook.get_sheet_by_name(sheet)
                rows = found.to_python(skip_empty_area=False)[:HEAD_ROWS]
                texts = [[text_of(cell) for cell in row] for row in rows]
                yield sheet, list(enumerate(texts, start=1))
    except (python_calamine.CalamineError, OSError) as error:
        raise DeliveryRefused(
            f"the workbook cannot be opened: {error}",
            "open it in a spreadsheet program, remove any password, save it as .xlsx",
            file=name,
        ) from error


def sav_labels(path: Path) -> dict[str, list[str]]:
    """Return the labels of an SPSS file's variables."""
    import pyreadstat

    try:
        _, meta = pyreadstat.read_sav(str(path), metadataonly=True)
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, ValueError):
        return {}  # the reader will say what is wrong
    labels = meta.column_names_to_labels
    return {tidy(name): [label] for name, label in labels.items() if label}
