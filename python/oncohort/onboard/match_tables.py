"""Which contract tables a file feeds, and which source column feeds which column."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from oncohort.contract import extract_tables
from oncohort.onboard.column_profile import Column
from oncohort.onboard.known_names import EXACT, WHEN, Home, homes, tokens, topic_of
from oncohort.onboard.scores import STRONG, Pair, assigned, record_no_of, scored

# any of these makes a row of the table; without one the file does not feed it
CORE = {
    "patients": ("sex", "birth_on", "menopausal_status"),
    "diagnoses": (
        *("diagnosis", "diagnosed_on", "stage", "histology", "icd10", "t_category"),
    ),
    "contacts": ("contact_on", "vital_status", "ecog"),
    "biomarkers": ("marker",),
    "treatments": ("drug",),
    "procedures": ("procedure", "technique"),
    "metastases": ("organ",),
    "assessments": ("response", "target_response", "nontarget_response"),
    "lesions": ("lesion_no", "longest_diameter_mm"),
    "adverse_events": ("term",),
    "milestones": ("milestone",),
    "samples": ("sample_no",),
    "variants": ("gene",),
}
# what the rows of a table are, where no column and no file name says so
ASSUMED = {"diagnoses": (("diagnosis", "primary"),)}
# columns of a table that may serve several kinds of its rows, side by side in one line
_SHARED = {
    "biomarkers": {"tested_on", "sample_no", "organ"},
    "metastases": {"detected_on", "modality"},
    "milestones": {"cause"},
}
# by so much the best score of a column is better than its next
_BETTER = 0.03
_LATER = {"new", "recurrence", "recurrent", "relapse", "progression", "metastases"}
# a link to another table's rows, which spends no column
LINKS = {("biomarkers", "sample_no"), ("variants", "sample_no")}


@dataclass
class Entry:
    """One mapping of a file to a table; `constants` hold in all its rows."""

    table: str
    pairs: dict[str, Pair] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    assumed: tuple[str, ...] = ()
    when: list[Pair] = field(default_factory=list)
    further: dict[str, list[Column]] = field(default_factory=dict)


class Matches:
    """The scores of every source column of a file for every contract column."""

    def __init__(self, columns: list[Column], names: list[str], n_patients: float):
        """Score them; `names` are the file's and sheet's, first the most telling.

        `n_patients` is the share of rows with a record number of their own.
        """
        self.columns, self.names, self.unique = columns, names, n_patients
        self.pairs: dict[Home, list[Pair]] = {}
        number = record_no_of(columns)
        for home in homes():
            found = [pair for c in columns if (pair := scored(c, home))]
            if home.column == "record_no":
                found = [pair for pair in found if pair.column is number]
            if found:
                self.pairs[home] = found
        self._drop_near()

    def _drop_near(self) -> None:
        """Drop near names of a column that another home of the table knows exactly."""
        exact = {
            (home.table, pair.column.source)
            for home, pairs in self.pairs.items()
            for pair in pairs
            if pair.name.score == EXACT
        }
        for home, pairs in self.pairs.items():
            pairs[:] = [
                pair
                for pair in pairs
                if pair.name.score == EXACT
                or (home.table, pair.column.source) not in exact
            ]

    @cached_property
    def n_tables(self) -> dict[str, int]:
        """In how many tables a source column could stand."""
        tables: dict[str, set[str]] = {}
        for home, pairs in self.pairs.items():
            for pair in pairs:
                is_link = (home.table, home.column) in LINKS
                if pair.score >= STRONG - 0.1 and not is_link:
                    tables.setdefault(pair.column.source, set()).add(home.table)
        return {source: len(found) for source, found in tables.items()}

    def is_own(self, pair: Pair) -> bool:
        """Return whether a column tells of the pair's table rather than of others."""
        if pair.home.given or self.n_tables.get(pair.column.source, 1) <= 2:
            return True
        others = (
            other.score
            for home, pairs in self.pairs.items()
            for other in pairs
            if home.table != pair.home.table and other.column is pair.column
        )
        return pair.score > max(others, default=0.0) + _BETTER

    def topic(self, table: str) -> tuple[float, tuple[tuple[str, str], ...]]:
        """Return how well the file's names tell of a table, and what they imply."""
        best = (0.0, ())
        for weight, name in zip((1.0, 0.8, 0.6), self.names, strict=False):
            score, given = topic_of(name, table)
            best = max(best, (weight * score, given), key=lambda found: found[0])
        return best

    def long_entry(self, table: str) -> Entry | None:
        """Return the mapping in which each row of the file is a row of the table."""
        topic, given = self.topic(table)
        pairs = self._of(table, ())
        constants = dict(given) if topic >= 0.5 else {}
        for column in constants.copy():
            said = [pair for pair in pairs if pair.home.column == column]
            if any(p.name.score >= STRONG and _is_known(p) for p in said):
                del constants[column]
        pairs = [pair for pair in pairs if pair.home.column not in constants]
        entry = Entry(table, assigned(pairs), constants)
        if "record_no" not in entry.pairs:
            return None
        known = {*entry.pairs, *constants} - {"record_no"}
        if not known & set(CORE[table]) and not (topic >= 0.9 and len(known) > 1):
            return None
        if table == "biomarkers" and not known & {"result", "score", "value"}:
            return None
        for column, value in ASSUMED.get(table, ()):
            if column not in known and not _is_later(entry):
                entry.constants[column] = value
                entry.assumed = (column,)
        missing = [
            column.name
            for column in extract_tables()[table].content
            if column.required and column.name not in known | {"record_no"}
        ]
        if missing and set(missing) - set(entry.constants) - {"sex", "diagnosed_on"}:
            return None
        return entry

    def wide_entries(self, table: str) -> Iterator[Entry]:
        """Yield the mappings in which columns of their own hold one kind of row."""
        for given in dict.fromkeys(h.given for h in self.pairs if h.table == table):
            own = assigned(self._of(table, given))
            own = {name: pair for name, pair in own.items() if pair.score >= 0.75}
            if not given or not own:
                continue
            shared = {
                name: pair
                for name, pair in assigned(self._of(table, ())).items()
                if name == "record_no"
                or (
                    name in _SHARED.get(table, ())
                    and name not in {*own, *dict(given)}
                    and (pair.score >= STRONG or self.topic(table)[0] >= 0.5)
                )
                and not (name == "cause" and ("milestone", "death") not in given)
            }
            if "record_no" in shared:
                pairs = {n: p for n, p in {**shared, **own}.items() if n != WHEN}
                yield Entry(table, pairs, dict(given), when=list(own.values()))

    def _of(self, table: str, given: tuple[tuple[str, str], ...]) -> list[Pair]:
        return [
            pair
            for home, pairs in self.pairs.items()
            if home.table == table and home.given == given
            for pair in pairs
        ]

    def total(self, entry: Entry) -> float:
        """Return how much speaks for an entry: rare names more than common ones."""
        return sum(
            pair.score / self.n_tables.get(pair.column.source, 1) ** 1.5
            for name, pair in entry.pairs.items()
            if name != "record_no"
        )


def _is_known(pair: Pair) -> bool:
    code_list = extract_tables()[pair.home.table].column(pair.home.column).code_list
    return not code_list or pair.column.known_share(code_list) >= 0.5


def _is_later(entry: Entry) -> bool:
    """Return whether the date is of a recurrence, which no primary tumour has."""
    pair = entry.pairs.get("diagnosed_on")
    return pair is not None and bool(_LATER & set(tokens(pair.column.name)))
