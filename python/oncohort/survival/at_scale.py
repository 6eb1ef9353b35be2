"""Kaplan-Meier and log-rank of a table too large for Python: the engine counts.

DuckDB counts patients by time, event, group and stratum; the estimators then get these
few rows with the counts as weights, so core and numbers are the same. No patient's row
comes into Python.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from oncohort.identity import quoted_name
from oncohort.survival.checked import checked, checked_entry, checked_weights, codes_of
from oncohort.survival.event_table import EventTable, event_table
from oncohort.survival.kaplan_meier import KaplanMeier, curve_of
from oncohort.survival.limits import CiType
from oncohort.survival.logrank import Logrank, logrank, logrank_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyRelation

    # or the path of Parquet files, which may hold a glob
    Source = DuckDBPyRelation | str | Path


@dataclass(frozen=True, eq=False)
class Counts:
    """How many patients share time, event, ...; arrays of shape (n_rows,) or None.

    `group` is the number of each row's group in `groups`.
    """

    time: NDArray
    event: NDArray
    group: NDArray[np.int64] | None
    strata: NDArray | None
    entry: NDArray | None
    n_patients: NDArray
    groups: list

    @cached_property
    def table(self) -> EventTable:
        """Who is at risk and who leaves, by group: made once for curves and test."""
        times, events = checked(self.time, self.event)
        entries = checked_entry(self.entry, times)
        about = {"entry": entries, "weights": checked_weights(self.n_patients, times)}
        shape = (max(1, len(self.groups)), 2)
        return event_table(times, events, self.group, shape=shape, **about)


def counts_of(
    source: "Source",
    time: str = "time",
    event: str = "event",
    *,
    group: str | None = None,
    strata: str | Sequence[str] | None = None,
    entry: str | None = None,
    n: str | None = None,
) -> Counts:
    """Count the patients of a relation or of Parquet files by the named columns.

    Several strata columns are crossed. One count serves curves and tests alike. `n`
    names the column that counts the patients of a row, where another engine (Spark)
    has counted them already.

    Raises
    ------
    ValueError
        If there is no patient or a column has missing values.
    """
    if isinstance(source, str | Path):
        import duckdb

        source = duckdb.read_parquet(str(source))
    several = [strata] if isinstance(strata, str) else list(strata or [])
    crossed = " || ' | ' || ".join(
        f"cast({quoted_name(each)} as varchar)" for each in several
    )
    asked = {
        "time": quoted_name(time),
        "event": quoted_name(event),
        "group": group and quoted_name(group),
        "strata": crossed if len(several) > 1 else several and quoted_name(several[0]),
        "entry": entry and quoted_name(entry),
    }
    selected = [f'{what} as "{name}"' for name, what in asked.items() if what]
    counted = f"cast(sum({quoted_name(n)}) as bigint)" if n else "count(*)"
    columns = source.aggregate(", ".join([*selected, f"{counted} as n"])).fetchnumpy()
    _refuse_missing(columns, asked)
    groups: list = []
    if group:
        groups, columns["group"] = codes_of(np.ma.getdata(columns["group"]))
    return Counts(*(columns.get(name) for name in asked), columns["n"], groups)


def _refuse_missing(columns: dict[str, NDArray], asked: dict) -> None:
    if not columns["n"].size:
        raise ValueError("no patient to count")
    for name, found in columns.items():
        # null: masked, or nan among words
        missing = np.ma.getmask(found)
        if found.dtype.kind in "fO":
            missing = missing | np.not_equal(found, found, dtype=bool)
        if missing is not np.ma.nomask and missing.any():
            n = int(columns["n"][missing].sum())
            raise ValueError(f"{name} ({asked[name]}) is missing for {n} patients")


def kaplan_meier_from(
    source: "Source | Counts",
    time: str = "time",
    event: str = "event",
    *,
    group: str | None = None,
    entry: str | None = None,
    ci_type: CiType = "log-log",
    ci_level: float = 0.95,
) -> dict[object, KaplanMeier]:
    """`kaplan_meier` within each group, by group; without a group the key is None.

    `time`, ... are columns of `source`, and unused where it is counted already.
    """
    counts = source
    if not isinstance(counts, Counts):
        counts = counts_of(source, time, event, group=group, entry=entry)
    return {
        name: curve_of(counts.table, number, ci_type, ci_level)
        for number, name in enumerate(counts.groups or [None])
    }


def logrank_from(
    source: "Source | Counts",
    time: str = "time",
    event: str = "event",
    group: str = "group",
    *,
    strata: str | Sequence[str] | None = None,
    entry: str | None = None,
) -> Logrank:
    """`logrank` of a source's groups; arguments as for `kaplan_meier_from`."""
    counts = source
    if not isinstance(counts, Counts):
        about = {"group": group, "strata": strata, "entry": entry}
        counts = counts_of(source, time, event, **about)
    if counts.group is None:
        raise ValueError("counted without groups: nothing to compare")
    if counts.strata is None:
        return logrank_of(counts.table, counts.groups)
    about = {"strata": counts.strata, "entry": counts.entry}
    compared = counts.time, counts.event, counts.group
    test = logrank(*compared, weights=counts.n_patients, **about)
    return test._replace(groups=tuple(counts.groups))
