"""How a study's numbers were made, from what the results themselves say."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from oncohort.analysis.plan import Plan
from oncohort.report.numbers import number_link
from oncohort.report.study_data import Row

LIBRARY = re.compile(r"[a-z][a-z_-]* \d+\.\d+[\w.]*")

ONE_LEFT_OUT = re.compile(r"^without \w+(?=: )")


def ways(methods: Iterable[str]) -> str:
    """Return how a statistic was made, for a note: each library once, at the end.

    Methods alike but for one word, such as the arm, are told once with all the words.
    """
    told: dict[tuple[str, ...], None] = {}
    libraries: dict[str, None] = {}
    for method in methods:
        words, _, last = method.rpartition("; ")
        named = LIBRARY.findall(last) if words else []
        libraries |= dict.fromkeys(named)
        told[tuple((words if named else method).split(" "))] = None
    found: list[tuple[str, ...]] = []
    for words in told:
        differ = [k for k, each in enumerate(found) if _is_alike(each, words)]
        if differ:
            found[differ[0]] = tuple(map(_both, found[differ[0]], words))
        else:
            found.append(words)
    texts = [" ".join(words) for words in found]
    # one that another repeats and adds a remark to is told with the remark
    texts = [t for t in texts if not any(each.startswith(f"{t}; ") for each in texts)]
    text = "; or ".join(texts)
    return "; ".join(part for part in (text, ", ".join(libraries)) if part)


def _is_alike(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Tell whether two methods have as many words and differ in one of them."""
    pairs = zip(one, other, strict=False)
    return len(one) == len(other) and sum(a != b for a, b in pairs) == 1


def _both(one: str, other: str) -> str:
    """Join two words, their comma once: 'of event / competing, ...'."""
    mark = one[-1:] if one[-1:] == other[-1:] and one[-1:] in (",", ":") else ""
    return one if one == other else f"{one.removesuffix(mark)} / {other}"


def methods_content(plan: Plan, results: Iterable[Row]) -> dict[str, Any]:
    """Return estimators, libraries, populations and endpoints of the methods page."""
    methods: dict[str, dict[str, Any]] = {}
    libraries: Counter[str] = Counter()
    for row in results:
        words, _, last = row["method"].rpartition("; ")
        named = LIBRARY.findall(last)
        libraries.update(named)
        method = words if named and words else row["method"]
        method = ONE_LEFT_OUT.sub("each site left out in turn", method)
        empty = {"method": method, "libraries": named, "statistics": {}, "n": 0}
        found = methods.setdefault(method, {**empty, "links": {}})
        found["n"] += 1
        found["statistics"][row["statistic"]] = None
        found["links"].setdefault(row["analysis_id"], number_link(row["result_id"]))
    used = {
        each.population.id: each.population for each in plan.analyses if each.population
    }
    ends = [
        e for each in plan.analyses for e in (each.endpoint, each.followup_endpoint)
    ]
    return {
        "methods": [
            {**m, "statistics": list(m["statistics"])} for m in methods.values()
        ],
        "libraries": dict(libraries.most_common()),
        "populations": list(used.values()),
        "endpoints": list(dict.fromkeys(end for end in ends if end)),
    }
