"""A REDCap data dictionary: what the codes in a project's export stand for."""

import csv
import io
import re
from pathlib import Path

from oncohort.errors import DeliveryRefused
from oncohort.receive.source_table import tidy

# the header of the file that REDCap writes, and of its API
_NAME = ("Variable / Field Name", "field_name")
_KIND = ("Field Type", "field_type")
_CHOICES = (
    "Choices, Calculations, OR Slider Labels",
    "select_choices_or_calculations",
)
# told to people only: a dictionary may lack them
_TOLD = ("Field Label", "field_label"), ("Form Name", "form_name")
_FIXED = {
    "yesno": {"1": "Yes", "0": "No"},
    "truefalse": {"1": "True", "0": "False"},
}


def redcap_labels(
    path: Path, shown: str, header: list[str]
) -> dict[int, dict[str, str]]:
    """Return position of a column -> code -> label, for the columns of an export.

    A choice of a checkbox has a column of its own, `field___code`: ticked it is the
    choice's label, else nothing.

    Raises
    ------
    DeliveryRefused
        If the file is no data dictionary.
    """
    labels: dict[str, dict[str, str]] = {}
    for name, kind, choices, *_ in redcap_fields(path, shown):
        coded = _FIXED.get(kind) or _choices(choices)
        if kind == "checkbox":
            for code, label in coded.items():
                # REDCap's names hold no other characters
                column = f"{name}___{re.sub('[^a-z0-9_]', '_', code.lower())}"
                ticked = dict.fromkeys(("1", "Checked"), label)
                labels[column] = {**ticked, "0": "", "Unchecked": ""}
        elif kind in ("radio", "dropdown", *_FIXED):
            labels[name] = coded
    return {n: labels[name] for n, name in enumerate(header) if name in labels}


def redcap_fields(path: Path, shown: str) -> list[tuple[str, ...]]:
    """Return name, type, choices, label and form of each field.

    Raises
    ------
    DeliveryRefused
        If the file is no data dictionary.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        reader = csv.DictReader(io.StringIO(text, newline=""), restval="")
        names = {tidy(name): name for name in reader.fieldnames or []}
        wanted = [
            next(names[name] for name in spellings if name in names)
            for spellings in (_NAME, _KIND, _CHOICES)
        ]
        wanted += [next((names[n] for n in told if n in names), "") for told in _TOLD]
        return [tuple(row.get(n, "").strip() for n in wanted) for row in reader]
    except (UnicodeDecodeError, csv.Error, StopIteration) as error:
        raise DeliveryRefused(
            "the file is no REDCap data dictionary: it has to be a CSV in UTF-8 with "
            f"the columns {', '.join(s[0] for s in (_NAME, _KIND, _CHOICES))}",
            "export it anew (Project Setup, Data Dictionary), or correct `dictionary` "
            "in site.yml",
            file=shown,
        ) from error


def _choices(text: str) -> dict[str, str]:
    """Read `1, Yes | 2, No`; a label may hold commas."""
    pairs = (choice.partition(",") for choice in text.split("|"))
    return {code.strip(): label.strip() for code, comma, label in pairs if comma}
