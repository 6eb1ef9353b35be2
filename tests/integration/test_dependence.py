"""Numbers come from the extracts and from nothing else.

A hospital less: other numbers. A second seed, its rows shuffled and some sent twice:
other bytes, the same study results. Rows in another order: nothing changes.
"""

import random
import shutil

import duckdb
import pytest
import yaml
from shuffled import shuffle_site
from workspaces import HOSPITALS, ROOT, published, refreshed

from oncohort.refresh import refresh
from oncohort.workspace import Workspace

# drawn from the seed: follow-up beyond progression, who is treated where, each scan and
# drug up to the progression; what is printed depends on none of them, variants do
DRAWN = (
    "statistic like 'followup_to_death_reversed%' or population like 'hospital_%'"
    " or level = 'stratified_by_site' or level like '%_without_hospital_%'"
    " or analysis_id = 'sensitivity' and level <> 'as_planned'"
    # adverse events beyond those that the paper prints
    " or analysis_id = 'table5' and result_id not in ("
    "select result_id from analysis.published_vs_ours where result_id is not null)"
)


def results(workspace: Workspace, drawn: bool = True):
    database = duckdb.connect(str(published(workspace)), read_only=True)
    query = "select result_id, value from analysis.results where study_id = 'lx_vs_tbp'"
    if not drawn:
        query += f" and not ({DRAWN})"
    found = dict(database.execute(query).fetchall())
    database.close()
    return found


def cohort(workspace: Workspace):
    database = duckdb.connect(str(published(workspace)), read_only=True)
    found = database.execute("from lx_vs_tbp.cohort order by patient_id").fetchall()
    database.close()
    return found


def test_a_hospital_less_gives_other_numbers(study_workspace, tmp_path):
    copy = Workspace(tmp_path)
    for folder in ("extracts", "landing"):
        shutil.copytree(study_workspace.root / folder, tmp_path / folder)
        for gone in tmp_path.glob(f"{folder}/**/*hospital_c"):
            shutil.rmtree(gone)
    refresh(copy, say=lambda line: None)

    before, after = results(study_workspace), results(copy)
    n = "lx_vs_tbp.figure1a.all.pfs.overall.{}.n"
    assert len(cohort(copy)) < len(cohort(study_workspace)) == 554
    for arm in ("LX", "TBP"):
        assert after[n.format(arm)] < before[n.format(arm)]
    hazard_ratio = "lx_vs_tbp.figure1a.all.pfs.overall.all.hazard_ratio"
    assert after[hazard_ratio] != before[hazard_ratio]


def test_a_second_seed_gives_other_bytes_and_the_same_results(
    study_workspace, second_seed
):
    made, other = second_seed
    old = {path.read_bytes() for path in (ROOT / "extracts").glob("hospital_*/*/*")}
    new = {path.read_bytes() for path in made.glob("extracts/hospital_*/*/*")}
    assert len(old & new) == 1  # the dictionary of REDCap describes, it holds no data
    ours, theirs = results(other, drawn=False), results(study_workspace, drawn=False)
    assert ours.keys() == theirs.keys()
    empty = {result for result, value in theirs.items() if value is None}
    assert empty == {result for result, value in ours.items() if value is None}
    for result in theirs.keys() - empty:
        assert ours[result] == pytest.approx(theirs[result], rel=1e-12), result


def test_rows_in_another_order_change_nothing(study_workspace, tmp_path):
    order = random.Random(5)
    made = tmp_path / "made"
    shuffled = []
    for site in HOSPITALS:
        shutil.copytree(ROOT / "extracts" / site, made / site)
        config = yaml.safe_load((ROOT / "sites" / site / "site.yml").read_text("utf-8"))
        shuffled += shuffle_site(config, made / site, order)
    changed = [
        path.read_bytes() != (ROOT / "extracts" / path.relative_to(made)).read_bytes()
        for path in shuffled
    ]
    other = refreshed(tmp_path / "other", made, HOSPITALS)

    assert len(changed) == len(list(made.glob("*/*/*"))) - 1  # REDCap's dictionary
    assert all(changed)
    assert cohort(other) == cohort(study_workspace)
    assert results(other) == results(study_workspace)
