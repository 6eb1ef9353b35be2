"""The formula of a Cox model, taken apart by formulaic: what is asked of a table."""

import re
from functools import lru_cache
from typing import Any, NamedTuple

FACTOR = re.compile(r"(?:C|factor)\(\s*`?([^`(),]+?)`?\s*\)")
SPECIAL = re.compile(r"(strata|cluster)\(\s*`?([^`(),]+?)`?\s*\)")
OUTCOME = re.compile(r"\s*Surv\(([^()]*)\)\s*~(.*)", re.DOTALL)


class Parsed(NamedTuple):
    """A formula taken apart; `terms` are tuples of factors as written."""

    outcome: tuple[str, ...]
    terms: tuple[tuple[str, ...], ...]
    strata: tuple[str, ...]
    cluster: tuple[str, ...]


class Call(NamedTuple):
    """What a formula and the arguments beside it ask for, in one."""

    terms: tuple[tuple[str, ...], ...]
    time: Any
    event: Any
    entry: Any
    strata: Any
    cluster: Any


@lru_cache(maxsize=64)
def parsed(formula: str) -> Parsed:
    """Take a formula apart: right-hand side alone, or `Surv(...) ~ ...` as in R."""
    from formulaic import Formula
    from formulaic.errors import FormulaicError

    found = OUTCOME.fullmatch(formula)
    names = tuple(n.strip(" `") for n in found[1].split(",")) if found else ()
    try:
        terms = Formula(found[2] if found else formula)
    except FormulaicError as error:
        raise ValueError(f"formula {formula!r} cannot be read: {error}") from error
    factors = [tuple(f.expr for f in term.factors) for term in terms]
    special: dict[str, list[str]] = {"strata": [], "cluster": []}
    kept = []
    for term in factors:
        match = SPECIAL.fullmatch(term[0])
        if match and len(term) == 1:
            special[match[1]].append(match[2])
        elif term not in {("1",), ("0",)}:
            kept.append(term)
    return Parsed(names, tuple(kept), *(tuple(s) for s in special.values()))


def call_of(
    formula: str,
    time: Any,
    event: Any,
    entry: Any = None,
    strata: Any = None,
    cluster: Any = None,
) -> Call:
    """Join a formula and its arguments; `Surv(...)` goes before time, event, entry.

    ValueError if strata or clusters stand in both, or clusters are several.
    """
    parts = parsed(formula)
    if parts.outcome:
        *first, time, event = parts.outcome
        entry = first[0] if first else entry
    for name, given in (("strata", strata), ("cluster", cluster)):
        if given is not None and getattr(parts, name):
            raise ValueError(f"{name} stands in the formula and beside it: leave one")
    if len(parts.cluster) > 1:
        raise ValueError(f"cluster of {', '.join(parts.cluster)}: name one column")
    if parts.cluster:
        (cluster,) = parts.cluster
    return Call(parts.terms, time, event, entry, parts.strata or strata, cluster)


def variables(terms: tuple[tuple[str, ...], ...]) -> list[str]:
    """Columns that the terms of a formula need, each once."""
    from formulaic import Formula

    found: list[str] = []
    for expr in (expr for term in terms for expr in term):
        match = FACTOR.fullmatch(expr)
        if match or re.fullmatch(r"[^\W\d]\w*", expr):
            found.append(match[1] if match else expr)
        else:
            needed = Formula(f"0 + {expr}").required_variables
            found += sorted(str(name) for name in needed)
    return list(dict.fromkeys(found))
