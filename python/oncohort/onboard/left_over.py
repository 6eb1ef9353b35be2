"""What a draft leaves for a person: columns, words, assumptions, unsure matches."""

from collections.abc import Iterator

from oncohort.contract import extract_tables
from oncohort.onboard.column_profile import MOSTLY, code_terms
from oncohort.onboard.match_tables import Entry
from oncohort.onboard.plan import Plan

_SHOWN_WORDS = 6
UNSURE = 0.85
# the usual value lies between; else the unit is another one, and nothing here converts
_UNITS = {
    "dose_gy": (1, 100, "are these cGy?"),
    "longest_diameter_mm": (5, 150, "are these cm?"),
    "short_axis_mm": (5, 100, "are these cm?"),
    "tumour_purity_fraction": (0, 1, "are these percent?"),
    "genome_altered_fraction": (0, 1, "are these percent?"),
}


def leftovers(plan: Plan) -> Iterator[str]:
    """Yield what the plan of a file leaves open."""
    yield from dict.fromkeys(s for entry in plan.entries for s in _of_entry(entry))
    yield from _words(plan)
    yield from _numbers(plan)
    used = {
        pair.column.source.replace("{}", word)
        for _, _, pair in plan.pairs()
        for word in pair.column.words or ("{}",)
    }
    for entry in plan.entries:
        used |= {pair.column.source for pair in entry.when}
        used |= {c.source for columns in entry.further.values() for c in columns}
    if plan.look.when:
        used.add(plan.look.when[0])
    unmapped = [c.source for c in plan.look.columns if c.source not in used]
    if unmapped:
        yield f"columns not mapped: {', '.join(name[:60] for name in unmapped)}"


def _of_entry(entry: Entry) -> Iterator[str]:
    for column in entry.assumed:
        yield (
            f"{entry.table}: `{column}` is assumed to be `{entry.constants[column]}`; "
            "nothing in the file says so"
        )
    for column in extract_tables()[entry.table].content:
        known = {*entry.pairs, *entry.constants}
        if column.required and column.name not in known:
            yield f"{entry.table}: no column was found for `{column.name}`"
    for name, pair in entry.pairs.items():
        if pair.name.score < UNSURE:
            why = (
                pair.name.reason()
                if pair.name.score
                else f"only its values: {pair.content}"
            )
            of = "" if name == "record_no" else f"{entry.table}."
            yield f"{of}{name}: is it `{pair.column.source}`? {why}"
    words = [set(p.column.words) for p in entry.pairs.values() if p.column.words]
    if beyond := set().union(*words) - set.intersection(*words) if words else set():
        said = ", ".join(sorted(beyond))
        yield f"{entry.table}: the columns numbered {said} lack a partner, left out"


def _words(plan: Plan) -> Iterator[str]:
    """Yield the words of coded columns that no code list knows."""
    seen = set()
    for entry, name, pair in plan.pairs():
        code_list = extract_tables()[entry.table].column(name).code_list
        if not code_list or (code_list, pair.column.source) in seen:
            continue
        seen.add((code_list, pair.column.source))
        unknown = pair.column.unknown_words(code_list)
        if unknown:
            said = ", ".join(_with_hint(w, code_list) for w in unknown[:_SHOWN_WORDS])
            more = len(unknown) - _SHOWN_WORDS
            yield (
                f"words of `{pair.column.source}` that code list {code_list} does not "
                f"know (codes.csv): {said}{f' and {more} more' if more > 0 else ''}"
            )


def _with_hint(word: str, code_list: str) -> str:
    from rapidfuzz import fuzz, process

    known = code_terms().get(code_list, {})
    near = process.extractOne(
        word.lower(), list(known), scorer=fuzz.ratio, score_cutoff=82
    )
    shown = word if len(word) <= 40 else word[:37] + "..."
    return f"{shown!r} ({known[near[0]]}?)" if near else repr(shown)


def _numbers(plan: Plan) -> Iterator[str]:
    for entry, name, pair in plan.pairs():
        column = pair.column
        if name in extract_tables()[entry.table].numbers:
            if column.sentinels:
                said = ", ".join(column.sentinels)
                yield f"`{column.source}` holds {said}: does it stand for unknown?"
            if column.n_values and column.number_share < MOSTLY:
                share = f"{column.number_share:.0%}"
                yield f"`{column.source}` as {name}: {share} are numbers"
            if name in _UNITS and (usual := column.usual_number) is not None:
                least, most, doubt = _UNITS[name]
                if not least <= usual <= most:
                    yield f"`{column.source}` as {name}: usually {usual:g}; {doubt}"
