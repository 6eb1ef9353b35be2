"""Plant defects into the newest deliveries, each for the rule that has to catch it."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from zlib import crc32

from oncohort.synthetic.deliveries import Rows, Tables, altered, is_late, sent_last_on
from oncohort.synthetic.dialects import Site
from oncohort.synthetic.encode import file_of
from oncohort.synthetic.journey import meets, read_table

KINDS = read_table("defects.csv")
COLUMNS = (
    *("site_id", "delivered_on", "source_file", "record_no", "table_name"),
    *("field", "kind", "caught_by", "value"),
)
COUNTED = ("organ", "region", "method", "lesion_role")
Defect = dict[str, object]


def plant(
    truth: dict[Site, Tables], seed: int
) -> tuple[dict[Site, Tables], list[Defect]]:
    """Return the tables of each site with defects, and the list of these.

    A patient carries one defect at most. `defects.csv` says of each kind whom it can
    befall (`who`: facts of the row and the patient) and how: `set` fields of a row, add
    an altered `copy` (with ` // `: of a row that is altered too), `add` a row, `remove`
    one, `drop` all of a patient in a table (or in each), make a `twin` of another
    patient of the hospital, or `twin_elsewhere`, by copying fields.
    """
    spoilt = {
        site: {t: list(rows) for t, rows in truth[site].items()} for site in truth
    }
    facts = {site: _facts(site, tables) for site, tables in truth.items()}
    found: list[Defect] = []
    used: set[tuple[str, str]] = set()
    for kind in KINDS:
        able = _able(kind, truth, facts, used, seed)
        for _ in range(int(kind["count"])):
            site, row = next(able, (None, None))
            if site is None:
                raise ValueError(f"too few patients for the defect {kind['kind']}")
            other = row
            if "twin" in kind["how"]:  # who delivers last can be seen to be known
                is_near = kind["how"] == "twin"
                pair = next((s, r) for s, r in able if (s is site) == is_near)
                pair = sorted([(site, row), pair], key=lambda p: _sent_on(p[0]))
                (_, other), (site, row) = pair
            known = facts[site][row["record_no"]]
            known = known | {f"other_{name}": other[name] for name in other}
            value = _spoil(kind, spoilt[site], row, known)
            found.append(_listed(kind, site, row, value))
    return spoilt, found


def _able(kind, truth, facts, used, seed) -> Iterator[tuple[Site, dict]]:
    """Rows that a kind can befall, one a patient, in an order of its own."""
    is_row = kind["how"] in ("set", "copy", "remove")
    table = kind["base"] or (kind["table"] if is_row else "patients")
    found = []
    for site, tables in truth.items():
        same = Counter(row["_key"] for row in tables[table])
        days = Counter((r["record_no"], r.get("assessed_on")) for r in tables[table])
        for row in tables[table]:
            that_day = days[row["record_no"], row.get("assessed_on")]
            known = facts[site][row["record_no"]] | row | {"n_that_day": that_day}
            if same[row["_key"]] == 1 and meets(known, kind["who"]):
                order = crc32(f"{seed}/{kind['kind']}/{row['_key']}".encode())
                found.append((order, site, row))
    for _, site, row in sorted(found, key=lambda one: one[0]):
        if (site.site_id, row["record_no"]) not in used:
            used.add((site.site_id, row["record_no"]))
            yield site, row


def _facts(site: Site, tables: Tables) -> dict[str, dict]:
    """What `who` can ask about each patient, beside the row itself.

    Counts of rows by table, place and such (`n_lesions`, `n_brain`), first and last
    days (`last_on`, `first_lesions_on`), the day of birth, of diagnoses and milestones.
    """
    found: dict[str, dict] = {
        row["record_no"]: {
            "site_id": site.site_id,
            "delivered_on": _sent_on(site),
            "is_late": is_late(row),
            "born_on": row["birth_on"] if isinstance(row["birth_on"], date) else "",
        }
        for row in tables["patients"]
    }
    for table, rows in tables.items():
        for row in rows:
            mine = found[row["record_no"]]
            for word in {table, *(row.get(n) for n in COUNTED)}:
                mine[f"n_{word}"] = mine.get(f"n_{word}", 0) + 1
            if row.get("diagnosis") == "primary":
                mine["primary_stage"] = row.get("stage", "")
            for day in [value for value in row.values() if isinstance(value, date)]:
                for name in ("on", f"{table}_on"):
                    mine[f"first_{name}"] = min(mine.get(f"first_{name}", day), day)
                    mine[f"last_{name}"] = max(mine.get(f"last_{name}", day), day)
                mine[f"{row.get('diagnosis') or row.get('milestone')}_on"] = day
    return found


def _sent_on(site: Site) -> date:
    return date.fromisoformat(sent_last_on(site, "patients"))


def _spoil(kind: dict[str, str], tables: Tables, row: dict, known: dict) -> object:
    """Carry a defect out; return the value planted."""
    how, changes = kind["how"], kind["changes"]
    if how == "drop":
        for table in [kind["table"]] if kind["table"] else tables:
            gone = [r for r in tables[table] if r["record_no"] == row["record_no"]]
            _replace(tables[table], gone, [])
        return ""
    if how == "add":
        start = {"record_no": row["record_no"], "_key": f"{row['_key']}/{kind['kind']}"}
        added = altered(start, changes, known)
        tables[kind["table"]].append(added)
        return added.get(kind["field"], "")
    own, _, copied = changes.partition(" // ") if how == "copy" else (changes, "", "")
    new = [] if how == "remove" else [altered(row, own, known)]
    if how == "copy":
        new = [altered(row, own, known) if copied else row]
        new.append(altered(row, copied or own, known))
    _replace(tables[kind["table"]], [row], new)
    return new[-1].get(kind["field"], "") if new else ""


def _replace(rows: Rows, old: Rows, new: Rows) -> None:
    """Put rows in the place of others (these very ones, not their equals)."""
    ids = {id(row) for row in old}
    place = next((n for n, row in enumerate(rows) if id(row) in ids), len(rows))
    rows[:] = [row for row in rows if id(row) not in ids]
    rows[place:place] = new


def _listed(kind: dict[str, str], site: Site, row: dict, value: object) -> Defect:
    table = kind["table"] or "patients"
    named = {name: kind[name] for name in ("field", "kind", "caught_by")}
    return {
        "site_id": site.site_id,
        "delivered_on": sent_last_on(site, table),
        "source_file": file_of(site, table, row),
        "record_no": row["record_no"],
        "table_name": table,
        **named,
        "value": value,
    }
