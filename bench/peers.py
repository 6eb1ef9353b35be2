"""The peers: each makes, of a case and its columns, what is timed and its reader."""

from collections.abc import Callable
from typing import Any

import numpy as np

NAMES = ["arm", "age", "er", "sites", "line", "res", "brain", "ecog"]
RIGHT = " + ".join(NAMES)
KM, ROBUST = "km_logrank", "cox_strata_cluster"
DAY = 365
Data = dict[str, Any]
# what is timed, and the reader of what it returns
Peer = tuple[Callable[[], Any], Callable[[Any], dict]]


class AbsentError(Exception):
    """The peer has no such estimator."""


def frame(data: Data) -> Any:
    """Columns as a table."""
    import pandas as pd

    return pd.DataFrame(data)


def fitted(coefficient: Any, covariance: Any) -> dict[str, Any]:
    """Values of a Cox model."""
    return {"coefficient": coefficient, "std_error": np.sqrt(np.diag(covariance))}


def step(time_: Any, survival: Any) -> float:
    """Value of a curve at the day asked for."""
    at = np.searchsorted(time_, DAY, side="right") - 1
    return float(np.asarray(survival)[at])


def oncohort(case: str, data: Data) -> Peer:
    """Ours, on arrays."""
    from oncohort.survival import cox, kaplan_meier, logrank

    if case != KM:
        more = {"strata": "site", "cluster": "patient"} if case == ROBUST else {}
        return lambda: cox(data, RIGHT, **more), lambda fit: fitted(
            fit.coefficient, fit.covariance
        )
    arms = [data["arm"] == arm for arm in (0, 1)]

    def run() -> Any:
        curves = [kaplan_meier(data["time"][a], data["event"][a]) for a in arms]
        return curves, logrank(data["time"], data["event"], data["arm"])

    return run, _curves_and_test


def _curves_and_test(made: tuple) -> dict[str, Any]:
    curves, test = made
    at = [step(curve.time, curve.survival) for curve in curves]
    return {"chi_square": [test.chi_square], "survival": at}


def table_of(data: Data, columns: list[str]) -> Any:
    """Open DuckDB with the columns as a table."""
    import duckdb

    connection = duckdb.connect()
    connection.register("given", {name: data[name] for name in columns})
    connection.execute("create table patients as select * from given")
    connection.unregister("given")
    return connection


def engine(case: str, data: Data) -> Peer:
    """Ours, the rows being counted by DuckDB."""
    from oncohort.survival import counts_of, kaplan_meier_from, logrank_from

    table = table_of(data, ["time", "event", "arm"]).table("patients")

    def run() -> Any:
        counts = counts_of(table, group="arm")
        return list(kaplan_meier_from(counts).values()), logrank_from(counts)

    return run, _curves_and_test


def limit(case: str, data: Data) -> Peer:
    """What no estimator can beat: DuckDB's group-by or scan of the same columns."""
    names = ["time", "event", *([] if case == KM else NAMES)]
    names += {KM: ["arm"], ROBUST: ["site", "patient"]}.get(case, [])
    connection = table_of(data, names)
    sums = ", ".join(f"sum({name})" for name in names)
    sql = f"select {sums} from patients"  # noqa: S608
    if case == KM:
        sql = "select time, event, arm, count(*) as n from patients group by all"
    return lambda: connection.execute(sql).fetchnumpy(), lambda _: {}


def lifelines(case: str, data: Data) -> Peer:
    """lifelines, as it converges by default."""
    from lifelines import CoxPHFitter, KaplanMeierFitter
    from lifelines.statistics import logrank_test

    if case != KM:
        more = {}
        if case == ROBUST:
            more = {"strata": ["site"], "cluster_col": "patient"}
        columns = ["time", "event", *NAMES, *(["site", "patient"] if more else [])]
        table = frame(data)[columns]
        return lambda: CoxPHFitter().fit(table, "time", "event", **more), lambda fit: {
            "coefficient": fit.params_[NAMES],
            "std_error": fit.standard_errors_[NAMES],
        }
    arms = [data["arm"] == arm for arm in (0, 1)]
    times, events = ([data[name][a] for a in arms] for name in ("time", "event"))

    def run() -> Any:
        curves = [
            KaplanMeierFitter().fit(*each) for each in zip(times, events, strict=True)
        ]
        return curves, logrank_test(*times, *events)

    def read(made: tuple) -> dict[str, Any]:
        at = [float(curve.predict(DAY)) for curve in made[0]]
        return {"chi_square": [made[1].test_statistic], "survival": at}

    return run, read


def sksurv(case: str, data: Data) -> Peer:
    """scikit-survival."""
    from sksurv.compare import compare_survival
    from sksurv.linear_model import CoxPHSurvivalAnalysis
    from sksurv.nonparametric import kaplan_meier_estimator
    from sksurv.util import Surv

    event = data["event"].astype(bool)
    if case == ROBUST:
        raise AbsentError("no strata, no robust errors")
    if case != KM:
        y, x = Surv.from_arrays(event, data["time"]), frame(data)[NAMES].to_numpy(float)
        return lambda: CoxPHSurvivalAnalysis(ties="efron").fit(x, y), lambda fit: {
            "coefficient": fit.coef_
        }
    arms = [data["arm"] == arm for arm in (0, 1)]
    y = Surv.from_arrays(event, data["time"])

    def run() -> Any:
        curves = [
            kaplan_meier_estimator(event[a], data["time"][a], conf_type="log-log")
            for a in arms
        ]
        return curves, compare_survival(y, data["arm"])

    def read(made: tuple) -> dict[str, Any]:
        at = [step(curve[0], curve[1]) for curve in made[0]]
        return {"chi_square": [made[1][0]], "survival": at}

    return run, read


def statsmodels(case: str, data: Data) -> Peer:
    """statsmodels; its clusters are `groups`."""
    from statsmodels.duration.api import PHReg, SurvfuncRight, survdiff

    if case != KM:
        x, about = frame(data)[NAMES].to_numpy(float), {"status": data["event"]}
        groups = None
        if case == ROBUST:
            about["strata"], groups = data["site"], data["patient"]
        return (
            lambda: PHReg(data["time"], x, ties="efron", **about).fit(groups=groups),
            lambda fit: fitted(fit.params, fit.cov_params()),
        )
    arms = [data["arm"] == arm for arm in (0, 1)]

    def run() -> Any:
        curves = [SurvfuncRight(data["time"][a], data["event"][a]) for a in arms]
        return curves, survdiff(data["time"], data["event"], data["arm"])

    def read(made: tuple) -> dict[str, Any]:
        at = [step(curve.surv_times, curve.surv_prob) for curve in made[0]]
        return {"chi_square": [made[1][0]], "survival": at}

    return run, read


def survival(case: str, data: Data) -> Peer:
    """The Rust package."""
    import survival as rust

    table = frame(data)
    if case != KM:
        more = " + strata(site) + cluster(patient)" if case == ROBUST else ""
        formula = f"Surv(time, event) ~ {RIGHT}{more}"
        return lambda: rust.coxph(formula, table), lambda fit: fitted(
            np.array(rust.coef(fit)), np.array(rust.vcov(fit))
        )
    formula = "Surv(time, event) ~ arm"

    def run() -> Any:
        curves = rust.survfit(formula, table, conf_type="log-log")
        return curves, rust.survdiff(formula, table)

    def read(made: tuple) -> dict[str, Any]:
        curves, test = made
        split = np.cumsum(list(dict(curves.strata).values()))[:-1]
        pairs = (
            np.split(np.asarray(each), split) for each in (curves.time, curves.surv)
        )
        at = [step(*each) for each in zip(*pairs, strict=True)]
        return {"chi_square": [test.chisq], "survival": at}

    return run, read


PEERS = {
    "oncohort": oncohort,
    "oncohort-engine": engine,
    "duckdb": limit,
    "lifelines": lifelines,
    "scikit-survival": sksurv,
    "statsmodels": statsmodels,
    "survival": survival,
}
