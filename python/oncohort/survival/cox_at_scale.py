"""Cox regression on counts that the engine has aggregated: no patient row in Python."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from oncohort.survival.cox import Cox, result
from oncohort.survival.cox_design import design, parsed, variables
from oncohort.survival.cox_fit import fitted
from oncohort.survival.cox_rows import rows_of


def cox_from(
    connection: Any,
    table: str,
    formula: str,
    *,
    time: str = "time",
    event: str = "event",
    entry: str | None = None,
    strata: str | Sequence[str] | None = None,
    ties: str = "efron",
    ci_level: float = 0.95,
) -> Cox:
    """Fit a Cox model to a table of DuckDB; the numbers are those of `cox`.

    DuckDB counts the rows of each (time, event, entry, stratum, covariates). With days
    and categories these are few however many patients there are; with a continuous
    covariate there is nothing to gain and `cox` does as well.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        Open connection.
    table : str
        Table, view or a query in brackets; one row per patient (or interval).
    formula, ties, ci_level
        As for `cox`; without cluster().
    time, event, entry, strata : str
        Columns of the table. Case weights and clusters need the rows: use `cox`.

    Returns
    -------
    Cox
        As from `cox`; `method` names the engine.

    Raises
    ------
    ValueError
        As from `cox`.
    """
    parts = parsed(formula)
    if parts.cluster:
        raise ValueError("clusters need the rows themselves: use cox")
    if parts.outcome:
        *first, time, event = parts.outcome
        entry = first[0] if first else entry
    named = [strata] if isinstance(strata, str) else list(strata or parts.strata)
    wanted = [time, event, *([entry] if entry else []), *named, *variables(parts.terms)]
    known = connection.sql(f"select * from {table}").columns  # noqa: S608
    unknown = sorted(set(wanted) - set(known))
    if unknown:
        raise ValueError(
            f"{', '.join(unknown)}: no such column; there are {', '.join(known)}"
        )
    columns = ", ".join(f'"{name}"' for name in dict.fromkeys(wanted))
    groups = connection.execute(
        f"select {columns}, count(*) as n_rows_alike from {table}"  # noqa: S608
        " group by all order by all"
    ).df()
    count = groups.pop("n_rows_alike").to_numpy(float)
    right = " + ".join(":".join(term) for term in parts.terms)
    about = {"entry": entry, "strata": named or None}
    about |= {"ties": ties, "ci_level": ci_level}
    return cox_counted(groups, right, count, time=time, event=event, **about)


def cox_counted(
    data: Any,
    formula: str,
    n_patients: ArrayLike,
    *,
    time: str | ArrayLike = "time",
    event: str | ArrayLike = "event",
    entry: str | ArrayLike | None = None,
    strata: str | Sequence[str] | ArrayLike | None = None,
    ties: str = "efron",
    ci_level: float = 0.95,
) -> Cox:
    """`cox` of rows that stand for `n_patients` equal ones each, as an engine counts.

    Not weights: with ties R treats two patients and one of weight 2 differently.
    """
    count = np.asarray(n_patients, dtype=float)
    rows = rows_of(data, time, event, entry, count, strata)
    about = design(data, parsed(formula).terms)
    fit = fitted(rows._replace(count=count), about, ties)
    where = f"{count.size} groups counted by DuckDB, finished by numpy {np.__version__}"
    return result(fit, None, None, ci_level, where)
