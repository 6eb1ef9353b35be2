"""Which rows of a file an entry means: the draft's `when`."""

from oncohort.onboard.column_profile import Column, code_terms
from oncohort.onboard.known_names import WHEN
from oncohort.onboard.look import Look
from oncohort.onboard.match_tables import Entry
from oncohort.onboard.plan import Plan

# CDISC keeps several tests in one file; these make the rows of a table
_TESTS = {
    "assessments": ("rstestcd", ("OVRLRESP",)),
    "lesions": ("trtestcd", ("LDIAM", "DIAMETER")),
}


def conditions(plan: Plan, entry: Entry) -> list[tuple[str, list[str] | None]]:
    """Return the entry's `when`: column and words, None for not null."""
    found: list[tuple[str, list[str] | None]] = []
    if plan.look.when:
        found.append((plan.look.when[0], [plan.look.when[1]]))
    found += _tests(plan, entry)
    flags = [pair for pair in entry.when if pair.home.column == WHEN]
    for pair in flags[:1]:
        yes = code_terms()["yes_no"]
        found.append((pair.column.source, [
            word for word in pair.column.counts if yes.get(word.lower()) == "yes"
        ] or ["yes", "Yes", "是"]))  # fmt: skip
    own = [pair.column for pair in entry.when if pair not in flags]
    if entry.constants.get("milestone") == "death" and (dead := _dead(plan)):
        found.append(dead)
    elif own and not flags and (only := _covering(plan.look, own)):
        found.append((only.source, None))
    return found


def _tests(plan: Plan, entry: Entry) -> list[tuple[str, list[str]]]:
    """Return the condition on CDISC's test codes, where a file holds several tests."""
    name, meant = _TESTS.get(entry.table, ("", ()))
    for column in plan.look.columns:
        if column.name.lower() == name and set(column.counts) & set(meant):
            others = sorted(set(column.counts) - set(meant))
            if others:
                plan.left.append(
                    f"{entry.table} takes {', '.join(meant)} of `{column.name}`; left "
                    f"out: {', '.join(others[:8])}"
                )
            return [(column.source, [word for word in meant if word in column.counts])]
    return []


def _dead(plan: Plan) -> tuple[str, list[str]] | None:
    for _, name, pair in plan.pairs():
        if name == "vital_status":
            terms = code_terms()["vital_status"]
            dead = [w for w in pair.column.counts if terms.get(w.lower()) == "dead"]
            return (pair.column.source, dead) if dead else None
    return None


def _covering(look: Look, own: list[Column]) -> Column | None:
    """Return the column that is filled wherever one of its kind is."""
    if len(own) == 1:
        return own[0]
    best = max(own, key=lambda column: column.n_values)
    at = {c.source: i for i, c in enumerate(look.columns)}
    places = [at.get(column.source) for column in own]
    if None in places or len(look.rows[0] if look.rows else []) != len(look.columns):
        return None
    nulls, first = set(look.null_words), at[best.source]
    for row in look.rows:
        if row[first].strip() in nulls and any(
            row[p].strip() not in nulls for p in places
        ):
            return None
    return best
