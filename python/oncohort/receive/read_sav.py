"""An SPSS data set (.sav, .zsav) to text cells, and what its codes stand for."""

from pathlib import Path
from typing import Any

from oncohort.errors import DeliveryRefused
from oncohort.receive.cell_text import text_of
from oncohort.receive.site_config import FileConfig
from oncohort.receive.source_table import SourceTable, is_blank, tidy

MAX_CELLS = 50_000_000


def read_sav(path: Path, shown: str, config: FileConfig) -> SourceTable:
    """Read an SPSS data set; its lines are case numbers, first 1.

    Dates become ISO text; what SPSS counts as missing is nothing.

    Raises
    ------
    DeliveryRefused
        If the file is damaged or holds more cells than fit into memory.
    """
    content, meta = _read(path, shown)
    names = list(content)
    cases = (
        (number, [text_of(cell, config.decimal) for cell in cells])
        for number, cells in enumerate(zip(*content.values(), strict=True), start=1)
    )
    filled = ((number, cells) for number, cells in cases if not is_blank(cells))
    table = SourceTable(shown, "", [tidy(name) for name in names], 1, filled)
    if config.labels:
        table.labels = {
            names.index(name): {
                text_of(code, config.decimal): label for code, label in labels.items()
            }
            for name, labels in meta.variable_value_labels.items()
        }
    return table


def _read(path: Path, shown: str) -> tuple[dict[str, list], Any]:
    import pyreadstat

    try:
        _, meta = pyreadstat.read_sav(str(path), metadataonly=True)
        n_cells = (meta.number_rows or 0) * (meta.number_columns or 0)
        if n_cells > MAX_CELLS:
            raise DeliveryRefused(
                f"the data set declares {n_cells:,} cells, more than {MAX_CELLS:,}",
                "ask the site for the variables that site.yml names, or for a CSV",
                file=shown,
            )
        return pyreadstat.read_sav(str(path), output_format="dict")
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, ValueError) as error:
        raise DeliveryRefused(
            f"the SPSS file cannot be read: {error}",
            "ask the site to save it again as .sav and send it",
            file=shown,
        ) from error
