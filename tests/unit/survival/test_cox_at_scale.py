import duckdb
import numpy as np
import pandas as pd
import pytest

from oncohort.survival import cox, cox_zph
from oncohort.survival.cox_at_scale import cox_from

from .reference import FOLDER


@pytest.fixture
def engine():
    veteran = pd.read_csv(FOLDER / "veteran.csv")
    veteran["entry"] = np.where(veteran["time"] > 100, 30, 0)
    connection = duckdb.connect()
    connection.register("veteran", veteran)
    return connection, veteran


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize(
    "call",
    [
        {"formula": "trt * celltype"},
        {"formula": "C(trt) + I(prior > 0)", "strata": "celltype"},
        {"formula": "trt + karno + strata(celltype)", "entry": "entry"},
    ],
)
def test_counts_give_the_numbers_of_the_rows(engine, call, ties):
    connection, veteran = engine
    many = pd.concat([veteran] * 3)
    connection.register("many", many)
    rows = cox(many, **call, ties=ties)
    counts = cox_from(connection, "many", **call, ties=ties)

    assert counts.terms == rows.terms
    for name in ("coefficient", "std_error", "p_value"):
        assert list(getattr(counts, name)) == pytest.approx(
            list(getattr(rows, name)), rel=1e-9
        )
    assert (counts.n, counts.n_events) == (rows.n, rows.n_events)
    assert counts.score.chi_square == pytest.approx(rows.score.chi_square, rel=1e-9)
    assert counts.concordance == pytest.approx(rows.concordance, rel=1e-12)
    assert counts.concordance_std_error == pytest.approx(
        rows.concordance_std_error, rel=1e-9
    )
    for transform in ("km", "rank"):
        assert list(cox_zph(counts, transform).chi_square) == pytest.approx(
            list(cox_zph(rows, transform).chi_square), rel=1e-8
        )
    assert "groups counted by DuckDB" in counts.method and "numpy" in counts.method


def test_says_what_it_cannot_do(engine):
    connection, _ = engine
    with pytest.raises(ValueError, match="agee: no such column; there are"):
        cox_from(connection, "veteran", "agee")
    with pytest.raises(ValueError, match="clusters need the rows"):
        cox_from(connection, "veteran", "age + cluster(celltype)")
