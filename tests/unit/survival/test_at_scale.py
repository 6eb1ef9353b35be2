import duckdb
import numpy as np
import pytest

from oncohort.survival import kaplan_meier, logrank
from oncohort.survival.at_scale import counts_of, kaplan_meier_from, logrank_from


@pytest.fixture
def patients():
    """Columns of 3,000 patients, and the relation that holds them."""
    rng = np.random.default_rng(4)
    columns = {
        "days": rng.integers(1, 200, 3000),
        "died": rng.random(3000) < 0.6,
        "arm": rng.choice(["a", "b"], 3000),
        "site": rng.integers(0, 3, 3000),
        "line": rng.integers(1, 3, 3000),
    }
    columns["start"] = columns["days"] // 3 - 1
    connection = duckdb.connect()
    for name, values in columns.items():
        connection.register(f"t_{name}", {name: values})
    together = " positional join ".join(f"t_{name}" for name in columns)
    connection.execute(f"create table patients as select * from {together}")
    return columns, connection.table("patients")


def same(found, expected):
    for one, other in zip(found, expected, strict=True):
        assert one == pytest.approx(other, rel=1e-12, nan_ok=True)


@pytest.mark.parametrize("entry", [None, "start"])
def test_the_engines_counts_give_the_same_curve_and_test(patients, entry, tmp_path):
    columns, relation = patients
    late = columns[entry] if entry else None
    curves = kaplan_meier_from(relation, "days", "died", group="arm", entry=entry)
    for arm, curve in curves.items():
        own = columns["arm"] == arm
        start = late[own] if entry else None
        same(
            curve, kaplan_meier(columns["days"][own], columns["died"][own], entry=start)
        )

    counts = counts_of(
        relation, "days", "died", group="arm", strata=["site", "line"], entry=entry
    )
    crossed = 10 * columns["site"] + columns["line"]
    compared = columns["days"], columns["died"], columns["arm"]
    expected = logrank(*compared, strata=crossed, entry=late)
    found = logrank_from(counts)
    assert found[:3] == pytest.approx(expected[:3], rel=1e-12)
    assert found.observed == expected.observed

    counted = relation.aggregate("days, died, arm, site, line, start, count(*) as seen")
    about = {"group": "arm", "strata": ["site", "line"], "entry": entry, "n": "seen"}
    assert logrank_from(counts_of(counted, "days", "died", **about)) == found

    relation.write_parquet(str(tmp_path / "patients.parquet"))
    (curve,) = kaplan_meier_from(tmp_path / "patients.parquet", "days", "died").values()
    same(curve, kaplan_meier(columns["days"], columns["died"]))


def test_says_what_is_missing(patients):
    _, relation = patients
    few = relation.project("days, nullif(arm, 'a') as arm, died")
    with pytest.raises(ValueError, match='group \\("arm"\\) is missing for [0-9]+ pat'):
        counts_of(few, "days", "died", group="arm")
    with pytest.raises(ValueError, match="no patient to count"):
        counts_of(relation.filter("days < 0"), "days", "died")
    with pytest.raises(ValueError, match="nothing to compare"):
        logrank_from(counts_of(relation, "days", "died"))
