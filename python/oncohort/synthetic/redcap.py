"""A project as REDCap exports it: one wide table, and its data dictionary."""

from dataclasses import dataclass

from oncohort.synthetic.dialects import Site, labels
from oncohort.synthetic.layout import Sheet

START = ["record_id", "redcap_repeat_instrument", "redcap_repeat_instance"]
DICTIONARY = [
    *("Variable / Field Name", "Form Name", "Field Type", "Field Label"),
    "Choices, Calculations, OR Slider Labels",
]


@dataclass
class _Field:
    name: str
    form: str
    label: str
    codes: dict[str, int]
    is_box: bool

    @property
    def columns(self) -> list[str]:
        """Columns of the export."""
        if self.is_box:
            return [f"{self.name}___{code}" for code in self.codes.values()]
        return [self.name]

    def cells(self, value: object) -> list[object]:
        """Cells of those columns."""
        if self.is_box:
            return [int(word in value) for word in self.codes]
        return [self.codes.get(value, value)]

    @property
    def described(self) -> list[str]:
        """Row of the data dictionary."""
        kind = "checkbox" if self.is_box else "radio" if self.codes else "text"
        choices = " | ".join(f"{code}, {word}" for word, code in self.codes.items())
        return [self.name, self.form, kind, self.label, choices]


def project(site: Site, forms: list[Sheet]) -> tuple[list, list]:
    """Return the rows of the export and of the dictionary.

    The first form has one row a record; each other one is a repeating instrument.
    """
    fields = {form.name: _fields(site, form) for form in forms}
    blank = {n: [""] * sum(len(f.columns) for f in fields[n]) for n in fields}
    records: dict[object, list] = {}
    for form in forms:
        counted: dict[object, int] = {}
        for record, *values in form.lines:
            number = counted[record] = counted.get(record, 0) + 1
            start = (
                [record, "", ""] if form is forms[0] else [record, form.name, number]
            )
            pairs = zip(fields[form.name], values, strict=True)
            filled = {form.name: [c for f, value in pairs for c in f.cells(value)]}
            cells = [cell for part in (blank | filled).values() for cell in part]
            records.setdefault(record, []).append(start + cells)
    every = [field for found in fields.values() for field in found]
    header = [*START, *(column for field in every for column in field.columns)]
    rows = [row for found in records.values() for row in found]
    first = ["record_id", forms[0].name, "text", "Record", ""]
    return [header, *rows], [DICTIONARY, first, *(f.described for f in every)]


def _fields(site: Site, form: Sheet) -> list[_Field]:
    found = []
    for number, (concept, name) in enumerate(form.columns[1:], 1):
        values = [line[number] for line in form.lines]
        is_box = any(isinstance(value, tuple) for value in values)
        words = {w for v in values for w in (v if is_box else (v,))}
        codes = labels(site, concept, words)
        found.append(
            _Field(f"{form.name}_{name}".lower(), form.name, name, codes, is_box)
        )
    return found
