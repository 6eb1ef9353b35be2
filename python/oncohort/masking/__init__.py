"""Small counts of real patients, hidden wherever numbers leave (docs/masking.md)."""

from collections.abc import Iterable
from typing import Any

from oncohort.analysis.plan import Plan
from oncohort.analysis.results import OVERALL
from oncohort.masking.counts import StudyCounts, is_count
from oncohort.masking.suppression import suppressed

__all__ = ["MASK", "Masked", "says_masked"]

Row = dict[str, Any]
MASK = "*"
# what compares arms; with the margins it can give a count of either back
COMPARING = (
    "ratio",
    "probability",
    "chi-square",
    "percentage points",
    "standard deviations",
)
# what a survival curve of an arm shows
CURVE = ("n", "n_events", "n_censored")


def says_masked(plan: Plan) -> str:
    """Return the sentence that goes with every masked page and table; '' if none is."""
    if not plan.masked_below:
        return ""
    most = plan.masked_below - 1
    return (
        f"{MASK} Masked: a count of 1 to {most} patients, or a number that would give "
        "one back"
    )


class Masked:
    """The rows of one study's results as they may leave.

    Where the plan masks nothing, every row comes back as it is.
    """

    def __init__(self, plan: Plan, results: list[Row]) -> None:
        """Find what to hide: `results` are all rows of the study."""
        self.threshold = plan.masked_below
        self.hidden: set[str] = set()
        if not self.threshold:
            return
        study = StudyCounts(plan, results)
        hidden = suppressed(study.counts, self.threshold)
        self.hidden = {row for row, name in study.names.items() if name in hidden}
        counts = [row for row in results if row["result_id"] in self.hidden]
        self._cells = {_cell(row) for row in counts}
        self._arms = {
            _arm(row)
            for row in counts
            if row["level"] == OVERALL and row["statistic"] in CURVE
        }
        self._untold = {(each[0], each[1], each[3]) for each in self._arms}
        self._sizes = {(*_group(row), row["value"]) for row in counts}
        # how many are known says nothing of a single level
        self._levels: dict[tuple[str, ...], set[str]] = {}
        for row in counts:
            level = "" if row["statistic"] == "n_known" else row["level"]
            self._levels.setdefault(_arm(row)[:3], set()).add(level)
        self._analyses = {row["analysis_id"] for row in counts}
        self.hidden |= {r["result_id"] for r in results if self._gives_back(r)}

    def _gives_back(self, row: Row) -> bool:
        """Whether a number that is no count would tell a hidden one."""
        if is_count(row):
            return False
        arm = _arm(row)
        if row["unit"] in COMPARING:
            levels = self._levels.get(arm[:3], set())
            whole = OVERALL in levels or row["level"] == OVERALL
            return bool(levels) and (whole or row["level"] in levels)
        # a share and its count give back what they are a share of
        size = (*_group(row), row["denominator"])
        return _cell(row) in self._cells or arm in self._arms or size in self._sizes

    def results(self, rows: Iterable[Row]) -> list[Row]:
        """Return result rows; a hidden one keeps its key and says `*`."""
        return [self._result(row) for row in rows]

    def _result(self, row: Row) -> Row:
        if row["result_id"] in self.hidden:
            return {**row, "value": None, "text": MASK, "n": MASK, "denominator": MASK}
        if not self.threshold or row["analysis_id"] not in self._analyses:
            return row
        # what a number rests on is a count too; only a shown count may say its own
        return {**row, "n": row["n"] if is_count(row) else MASK, "denominator": MASK}

    def curves(self, rows: Iterable[Row]) -> list[Row]:
        """Return steps of curves: none of an arm whose size or events are hidden.

        A curve ends where fewer than the threshold are at risk: there each step tells
        how many are left.
        """
        if not self.threshold:
            return list(rows)
        return [
            row
            for row in rows
            if row["n_at_risk"] >= self.threshold and not self._is_untold(row)
        ]

    def at_risk(self, rows: Iterable[Row]) -> list[Row]:
        """Return numbers at risk, `*` for small ones and for small steps down.

        `rows` of an arm are in the order of time.
        """
        if not self.threshold:
            return list(rows)
        found, shown = [], {}
        for row in rows:
            arm, n = (row["analysis_id"], row["arm"]), row["n_at_risk"]
            counts = (n, row["n_censored_so_far"], shown.get(arm, n) - n)
            if self._is_untold(row) or any(0 < c < self.threshold for c in counts):
                row = {**row, "n_at_risk": MASK, "n_censored_so_far": MASK}
            else:
                shown[arm] = n
            found.append(row)
        return found

    def published(self, rows: Iterable[Row]) -> list[Row]:
        """Return comparisons with a print; ours is hidden where its result is."""
        nothing = {"ours": MASK, "ours_value": None, "difference": None, "reason": ""}
        return [
            {**row, **nothing} if row["result_id"] in self.hidden else row
            for row in rows
        ]

    def _is_untold(self, row: Row) -> bool:
        """Whether size, events or censored of a curve's arm are hidden."""
        return _group(row) in self._untold


def _group(row: Row) -> tuple[str, ...]:
    return tuple(row[part] for part in ("analysis_id", "population", "arm"))


def _arm(row: Row) -> tuple[str, ...]:
    return tuple(row[part] for part in ("analysis_id", "population", "variable", "arm"))


def _cell(row: Row) -> tuple[str, ...]:
    return (*_arm(row), row["level"])
