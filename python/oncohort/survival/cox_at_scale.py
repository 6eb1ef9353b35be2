"""Cox regression on counts that the engine has aggregated: no patient row in Python."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from oncohort.identity import quoted_name
from oncohort.survival.cox import Cox, result
from oncohort.survival.cox_design import design
from oncohort.survival.cox_fit import fitted
from oncohort.survival.cox_formula import call_of, variables
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
    about = {"time": time, "event": event, "entry": entry, "strata": strata}
    call = call_of(formula, **about)
    among = [call.strata] if isinstance(call.strata, str) else list(call.strata or [])
    wanted = [call.time, call.event, *filter(None, [call.entry]), *among]
    wanted += variables(call.terms)
    known = connection.sql(f"select * from {table}").columns  # noqa: S608
    unknown = sorted(set(wanted) - set(known))
    if unknown:
        raise ValueError(
            f"{', '.join(unknown)}: no such column; there are {', '.join(known)}"
        )
    columns = ", ".join(map(quoted_name, dict.fromkeys(wanted)))
    groups = connection.execute(
        f"select {columns}, count(*) as n_rows_alike from {table}"  # noqa: S608
        " group by all order by all"
    ).df()
    count = groups.pop("n_rows_alike").to_numpy(float)
    return cox_counted(groups, formula, count, ties=ties, ci_level=ci_level, **about)


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
    A ValueError as from `cox`, of clusters, or of patients that are no whole number.
    """
    call = call_of(formula, time, event, entry, strata)
    if call.cluster is not None:
        raise ValueError("clusters need the rows themselves: use cox")
    count = np.asarray(n_patients, dtype=float)
    if not (count == np.floor(count)).all():
        raise ValueError("n_patients must be whole numbers, none missing")
    rows = rows_of(data, call.time, call.event, call.entry, count, call.strata)
    about = design(data, call.terms, rows.time.size)
    fit = fitted(rows._replace(count=count), about, ties)
    where = f"{count.size} groups counted by DuckDB, finished by numpy {np.__version__}"
    return result(fit, None, None, ci_level, where)
