"""The tables a file feeds: the best first, others that have columns of their own."""

from oncohort.contract import extract_tables
from oncohort.onboard.column_profile import Column
from oncohort.onboard.match_tables import CORE, LINKS, Entry, Matches
from oncohort.onboard.scores import STRONG

_ENOUGH = 0.35
_ENOUGH_FOR_ONE = 0.75
_TOPIC_WEIGHT = 1.5
# share of rows with a record number of their own in a file of patients
_ONE_EACH = 0.9


def chosen(matches: Matches) -> list[Entry]:
    """Return the mappings of a file, the main one first; none if nothing fits."""
    found: list[Entry] = []
    spent: set[str] = set()
    for table, total, entries in _ranked(matches):
        if not found and total < _ENOUGH:
            break
        if found:
            entries = [e for e in entries if _has_own(e, matches, frozenset(spent))]
            if table == "patients" and matches.unique < _ONE_EACH:
                entries = []
            for entry in entries:
                _keep_own(entry, spent)
        for entry in entries:
            _add_further(entry, matches, spent)
        found += entries
        spent |= {
            pair.column.source
            for entry in entries
            for name, pair in entry.pairs.items()
            if name != "record_no" and (table, name) not in LINKS
        }
    return found


def _ranked(matches: Matches) -> list[tuple[str, float, list[Entry]]]:
    """Return the tables that may be fed, with their mappings, the likeliest first."""
    found = []
    for table in extract_tables():
        entries = _entries(matches, table)
        if entries:
            total = sum(matches.total(entry) for entry in entries)
            total += _TOPIC_WEIGHT * matches.topic(table)[0]
            if table == "patients" and matches.unique < _ONE_EACH:
                total -= _TOPIC_WEIGHT
            found.append((table, total, entries))
    return sorted(found, key=lambda one: -one[1])


def _entries(matches: Matches, table: str) -> list[Entry]:
    long = matches.long_entry(table)
    wide = list(matches.wide_entries(table))
    if long and (not wide or _has_kind(long, table)):
        return [long]
    return [long, *wide] if long else wide


def _has_kind(entry: Entry, table: str) -> bool:
    """Return whether a column of the file says what each row is."""
    kinds = {"diagnoses": "diagnosis", "biomarkers": "marker", "metastases": "organ",
             "procedures": "procedure", "milestones": "milestone"}  # fmt: skip
    kind = kinds.get(table)
    return kind is None or kind in {*entry.pairs, *entry.constants} - {*entry.assumed}


def _has_own(entry: Entry, matches: Matches, spent: frozenset[str]) -> bool:
    """Return whether an entry beside the main table has a column only for itself."""
    core = set(CORE[entry.table]) | {pair.home.column for pair in entry.when}
    own = [
        pair
        for name, pair in entry.pairs.items()
        if name in core and name != "record_no" and pair.column.source not in spent
    ] + [pair for pair in entry.when if pair.column.source not in spent]
    return any(
        pair.name.score >= STRONG
        and pair.score >= _ENOUGH_FOR_ONE
        and matches.is_own(pair)
        for pair in own
    )


def _keep_own(entry: Entry, spent: set[str]) -> None:
    """Drop from a further table what other tables use, but for surely named dates."""
    dates = extract_tables()[entry.table].dates
    for name, pair in list(entry.pairs.items()):
        is_link = name == "record_no" or (entry.table, name) in LINKS
        if is_link or pair in entry.when:
            continue
        is_sure = pair.name.score >= 0.9
        if pair.column.source in spent and not (name in dates and is_sure):
            del entry.pairs[name]
        elif not is_sure and name not in CORE[entry.table]:
            del entry.pairs[name]


def _add_further(entry: Entry, matches: Matches, spent: set[str]) -> None:
    """Add columns that hold the rest of a value: `..._other`, a second name."""
    used = spent | {pair.column.source for pair in entry.pairs.values()}
    for name, pair in entry.pairs.items():
        rest: list[Column] = []
        for other in matches.pairs.get(pair.home, []):
            is_rest = "other" in other.column.name.lower() or name == "patient_name"
            is_named = other.name.score >= STRONG and other.column.source not in used
            if is_rest and is_named and not other.column.words:
                rest.append(other.column)
        if rest:
            entry.further[name] = rest
            used |= {column.source for column in rest}
