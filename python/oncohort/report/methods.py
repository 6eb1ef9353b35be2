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
