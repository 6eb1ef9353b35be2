"""The draft of a `site.yml`: per line an example value and the reason."""

from collections.abc import Iterator

from oncohort.contract import extract_tables
from oncohort.onboard.column_profile import Column
from oncohort.onboard.match_tables import Entry
from oncohort.onboard.plan import Plan
from oncohort.onboard.scores import Pair
from oncohort.onboard.yaml_text import example, flow, remark, scalar, shape

_WIDTH = 44
_ORDER = (
    *("format", "sheet", "encoding", "delimiter", "quote", "decimal", "header_line"),
    *("header_rows", "data_line", "date_basis", "anchor", "dictionary", "labels"),
)


def draft_yaml(site: str, language: str, plans: list[Plan], left: list[str]) -> str:
    """Return the page; `left` stands at its top."""
    lines = [
        "# Draft by `oncohort onboard`: check every line against the file.",
        "# Behind each line: an example (none of columns that identify), the reason.",
        "# Left for a person:",
        *(f"#   - {remark(one)}" for one in left),
        f"site_id: {site}",
        f"title: {scalar(site)}",
        f"language: {language}",
        'made_up: "false"',
        'source: "to be stated: where the files come from, what may be done with them"',
        "files:",
    ]
    done: set[tuple[str, str]] = set()
    for plan in plans:
        place = (plan.look.file, plan.look.sheet)
        if not plan.entries or place in done:
            continue
        done.add(place)
        parts = [p for p in plans if (p.look.file, p.look.sheet) == place and p.entries]
        lines += _file(parts)
    return "\n".join(lines) + "\n"


def _noted(line: str, note: str) -> str:
    return f"{line:<{_WIDTH}}  # {remark(note)}" if note else line


def _file(parts: list[Plan]) -> Iterator[str]:
    look = parts[0].look
    pattern = "".join(f"[{sign}]" if sign in "*?[" else sign for sign in look.file)
    yield _noted(f"  - match: {scalar(pattern)}", f"{look.n_rows} rows seen")
    for name in _ORDER:
        if name in look.raw.settings:
            value = scalar(look.raw.settings[name])
            yield _noted(f"    {name}: {value}", look.raw.reasons.get(name, ""))
    yield _noted(
        f"    null_words: {flow(look.null_words)}",
        "words that say nothing is known" if len(look.null_words) > 1 else "",
    )
    dates = list(dict.fromkeys(one for plan in parts for one in plan.dates))
    if dates:
        yield f"    dates: {flow(dates)}"
    if look.ignore:
        yield _noted("    ignore_rows:", "repeated headers, totals")
        for column, words in look.ignore:
            yield f"      - {{column: {scalar(column)}, in: {flow(words)}}}"
    yield "    tables:"
    for plan in parts:
        for number, entry in enumerate(plan.entries):
            yield from _table(plan, entry, plan.conditions[number])


def _table(plan: Plan, entry: Entry, conditions: list) -> Iterator[str]:
    yield f"      - table: {entry.table}"
    words = _repeat_words(entry)
    if words:
        yield f"        repeat: {flow(list(words))}"
    if conditions:
        yield "        when:"
    for column, meant in conditions:
        test = "not_null: true" if meant is None else f"in: {flow(meant)}"
        yield f"          - {{column: {scalar(column)}, {test}}}"
    yield "        columns:"
    order = [column.name for column in extract_tables()[entry.table].content]
    for name in sorted([*entry.pairs, *entry.constants], key=order.index):
        if name in entry.constants:
            why = (
                "assumed" if name in entry.assumed else "by the name of column or file"
            )
            value = scalar(entry.constants[name])
            yield _noted(f"          {name}: {{value: {value}}}", why)
        else:
            yield _column(plan, entry, name, entry.pairs[name])


def _repeat_words(entry: Entry) -> tuple[str, ...]:
    """Return the words that every numbered column of the entry has."""
    families = [p.column.words for p in entry.pairs.values() if p.column.words]
    if not families:
        return ()
    return tuple(w for w in families[0] if all(w in words for words in families))


def _column(plan: Plan, entry: Entry, name: str, pair: Pair) -> str:
    column, rest = pair.column, entry.further.get(name, [])
    kind = extract_tables()[entry.table].column(name).type
    source = scalar(column.source)
    formats = plan.own_dates.get(column.source)
    if rest:
        source = flow([column.source, *(other.source for other in rest)])
        between = " " if name == "patient_name" else ": "
        join = "" if kind == "code" else f', join: "{between}"'
        text = f"{{from: {source}{join}}}"
    elif formats and kind == "date":
        text = f"{{from: {source}, dates: {flow(formats)}}}"
    else:
        text = source
    reasons = [pair.name.reason() if pair.name.score else "by its values", pair.content]
    reason = "; ".join(filter(None, reasons))
    return _noted(
        f"          {name}: {text}", f"{_example(entry, name, column)}; {reason}"
    )


def _example(entry: Entry, name: str, column: Column) -> str:
    if not column.n_values:
        return "empty"
    wanted = extract_tables()[entry.table].column(name)
    values = [value for value, _ in column.counts.most_common(2)]
    if wanted.identifying:
        return "not shown"
    if wanted.quasi_identifying:
        return f"like {shape(values[0])}"
    return example(values)
