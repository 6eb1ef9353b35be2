"""One patient's progression moves in a new delivery: exactly what rests on it changes.

What must change is worked out from the first publication, with pandas and lifelines.
"""

import io
import json
import shutil

import duckdb
import pandas as pd
import pytest
from lifelines import CoxPHFitter, KaplanMeierFitter
from workspaces import published

from oncohort.diff import diff
from oncohort.refresh import refresh
from oncohort.workspace import Workspace

SITE, SENT, NEW_DAY, MOVED = "hospital_a", "2019-11-18", "2020-02-10", 5
# in the cohort, progressed on a scan that nothing else happened near to
WHO = f"""
select t.patient_id, t.end_on, s.source_line
from core.time_to_event as t
inner join core.source_rows as s on t.deciding_row_id = s.source_row_id
where
    study_id = 'lx_vs_tbp' and endpoint_code = 'pfs' and rule_set_id = 'default'
    and is_event and source_file = 'assessments.csv' and delivered_on = '{SENT}'
    and s.site_id = '{SITE}'
    and not exists (
        select 1 from core.tumour_assessments as o
        where o.patient_id = t.patient_id and o.assessed_on <> t.end_on
            and o.assessed_on between t.end_on - 30 and t.end_on + 30
    )
    and 4 = (
        select count(*) from core.time_to_event as o
        where o.patient_id = t.patient_id and o.endpoint_code = 'pfs'
            and o.is_event and o.end_on = t.end_on
    )
order by t.patient_id limit 1
"""


def rows_of(database, query):
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(query).df()


@pytest.fixture(scope="module")
def moved(study_workspace, tmp_path_factory):
    """Who was moved; the database before and after; what `oncohort diff` says."""
    root = tmp_path_factory.mktemp("moved") / "workspace"
    shutil.copytree(study_workspace.root, root, symlinks=True)
    workspace = Workspace(root)
    before = published(workspace)
    (who,) = rows_of(before, WHO).to_dict("records")
    sent = workspace.extracts / SITE / SENT
    new = workspace.extracts / SITE / NEW_DAY
    new.mkdir()
    lines = (sent / "assessments.csv").read_bytes().splitlines(keepends=True)
    line, was = who["source_line"] - 1, f"{who['end_on']:%Y-%m-%d}"
    day = who["end_on"] - pd.Timedelta(days=MOVED)
    assert was.encode() in lines[line]
    lines[line] = lines[line].replace(was.encode(), f"{day:%Y-%m-%d}".encode())
    (new / "assessments.csv").write_bytes(b"".join(lines))
    for name in ("contacts.csv", "treatments.csv"):
        # these hold changes only, and there are none
        header = (sent / name).read_bytes().splitlines(keepends=True)[0]
        (new / name).write_bytes(header)
    refresh(workspace, say=lambda line: None)
    out = io.StringIO()
    diff(workspace, "previous", "current", out, is_json=True)
    return who, before, published(workspace), json.loads(out.getvalue())


def test_the_delivery_is_all_that_differs_in_what_was_sent(moved):
    *_, told = moved

    files = {(row["delivered_on"], row["file"]) for row in told["deliveries"]}
    assert files == {
        (NEW_DAY, f"{each}.csv") for each in ("assessments", "contacts", "treatments")
    }
    assert not told["versions"] and not told["notes"]


def test_endpoints_that_end_on_the_scan_move_and_no_other(moved):
    who, before, after, told = moved
    query = "from core.time_to_event order by patient_id, study_id, endpoint_code, 4"
    old, new = rows_of(before, query), rows_of(after, query)
    ends = old["end_on"].eq(who["end_on"]) & old["patient_id"].eq(who["patient_id"])
    assert ends.sum() >= 4
    old.loc[ends, "followup_days"] -= MOVED
    old.loc[ends, "end_on"] -= pd.Timedelta(days=MOVED)
    row_id = ["deciding_row_id"]

    pd.testing.assert_frame_equal(old.drop(columns=row_id), new.drop(columns=row_id))
    names = ["patient_id", "endpoint_code", "rule_set_id"]
    listed = told["studies"]["lx_vs_tbp"]["endpoints"]
    found = [tuple(row[name] for name in names) for row in listed["rows"]]
    assert sorted(found) == sorted(map(tuple, old.loc[ends, names].to_numpy()))
    shifts = {
        row["before"]["followup_days"] - row["after"]["followup_days"]
        for row in listed["rows"]
    }
    assert shifts == {MOVED}
    for study, sections in told["studies"].items():
        for name in ("patients", "arms", "responses", "endpoints"):
            if name in sections and (study, name) != ("lx_vs_tbp", "endpoints"):
                assert sections[name]["n_differing"] == 0, (study, name)


def edited_cohort(who, before):
    """The first cohort as it stands, and with the two times to the scan moved."""
    cohort = rows_of(before, "from lx_vs_tbp.cohort order by patient_id")
    moved = cohort.copy()
    # progression outside the brain competes with that in the brain
    times = ["pfs_days", "cns_days"]
    moved.loc[moved["patient_id"].eq(who["patient_id"]), times] -= MOVED
    return cohort, moved


def test_the_cohort_differs_in_the_two_times_to_the_scan(moved):
    who, before, after, _ = moved
    _, expected = edited_cohort(who, before)

    new = rows_of(after, "from lx_vs_tbp.cohort order by patient_id")

    pd.testing.assert_frame_equal(new, expected)


def hazard_ratio(cohort):
    data = pd.DataFrame(
        {
            "t": cohort["pfs_days"],
            "e": cohort["is_pfs_event"],
            "lx": (cohort["arm"] == "LX").astype(int),
        }
    )
    precise = {"precision": 1e-20, "r_precision": 1e-30}
    return CoxPHFitter().fit(data, "t", "e", fit_options=precise).hazard_ratios_["lx"]


def test_the_new_hazard_ratio_is_that_of_the_moved_date(moved):
    who, before, after, told = moved
    old, new = edited_cohort(who, before)
    query = "from analysis.results where result_id = "
    query += "'lx_vs_tbp.figure1a.all.pfs.efron.all.hazard_ratio'"

    was, now = (rows_of(each, query)["value"].item() for each in (before, after))

    assert was == pytest.approx(hazard_ratio(old), rel=1e-7)
    assert now == pytest.approx(hazard_ratio(new), rel=1e-7)
    assert was != now


def test_results_that_rest_on_progression_change_and_no_other(moved):
    who, before, after, told = moved
    old, new = (
        rows_of(each, "from analysis.results").set_index("result_id")
        for each in (before, after)
    )
    assert old.index.equals(new.index) or set(old.index) == set(new.index)
    new = new.loc[old.index]
    same_value = (old["value"] - new["value"]).abs().fillna(0) <= 1e-9
    differs = old["text"].ne(new["text"]) | ~same_value
    changed = old[differs]
    lists = told["studies"]["lx_vs_tbp"]
    names = ("results", "results_beyond_print")
    listed = [row["result_id"] for name in names for row in lists[name]["rows"]]

    assert sorted(listed) == sorted(changed.index)
    printed = [row["result_id"] for row in lists["results"]["rows"]]
    assert sorted(printed) == sorted(old.index[old["text"].ne(new["text"])])
    assert not any(
        section["n_differing"] for section in told["studies"]["tcga_brca"].values()
    )
    # nothing but what is made of a time to progression, of the patient's own arm or of
    # both arms; no overall survival, no baseline, no count
    cohort, edited = edited_cohort(who, before)
    (arm,) = cohort.loc[cohort["patient_id"].eq(who["patient_id"]), "arm"]
    rests = old["variable"].isin(["pfs", "cns", "dor"]) & old["arm"].isin([arm, "all"])
    # a model of PFS has its covariates for variables
    rests |= old["analysis_id"].str.startswith(("figure4", "subgroups"))
    assert set(changed.index) <= set(old.index[rests])
    # survival at each month of the first figure, by lifelines
    for result_id, row in old.iterrows():
        parts = result_id.split(".")
        if parts[1:4] != ["figure1a", "all", "pfs"] or parts[-1] != "survival":
            continue
        days = float(row["level"].removeprefix("month_")) * 30.4375
        own = slice(None) if row["arm"] == "all" else cohort["arm"].eq(row["arm"])
        curves = [
            KaplanMeierFitter()
            .fit(data.loc[own, "pfs_days"], data.loc[own, "is_pfs_event"])
            .predict(days)
            for data in (cohort, edited)
        ]
        assert (abs(curves[0] - curves[1]) > 1e-9) == differs[result_id], result_id
