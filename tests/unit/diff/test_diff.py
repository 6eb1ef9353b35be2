"""Two small publications, written by hand, and what differs between them."""

import io
import json
import subprocess
import sys

import duckdb
import pytest

from oncohort.cli import main
from oncohort.diff import diff
from oncohort.errors import ConfigError
from oncohort.publish import point_to

OLD, NEW = "20260101T000000Z-aaaaaaaa", "20260201T000000Z-bbbbbbbb"
HEAVY = "pandas pyarrow numpy scipy lifelines dbt jinja2 yaml great_expectations"
TABLES = """
create schema trial; create schema core; create schema analysis;
create table trial.eligibility (
    patient_id text, site_id text, is_eligible boolean, failed_step_no int, reason text
);
insert into trial.eligibility values
    ('P1', 's', true, null, null), ('P2', 's', {p2}),
    ('P3', 's', false, 2, 'no measurable lesion');
create table trial.entries (
    patient_id text, site_id text, arm text, time_zero_on date
);
insert into trial.entries values ('P1', 's', '{arm}', '2020-01-01');
create table core.time_to_event (
    patient_id text, study_id text, endpoint_code text, rule_set_id text,
    followup_days int, is_event boolean, exit_reason text
);
insert into core.time_to_event values
    ('P1', 'trial', 'pfs', 'default', {pfs}),
    ('P1', 'trial', 'os', 'default', 90, false, 'alive');
create table core.best_responses (
    patient_id text, study_id text, rule_set_id text, is_confirmed boolean,
    response_code text, response_on date
);
insert into core.best_responses values
    ('P1', 'trial', 'default', true, 'PR', '2020-03-01');
create table analysis.results (
    study_id text, result_id text, text text, value double, n int, denominator int
);
insert into analysis.results values
    ('trial', 'trial.hr', '{hr}', {hr}, null, null),
    ('trial', 'trial.n', '2', 2.0, 2, null),
    ('trial', 'trial.p', '0.04', {p}, null, null),
    ('trial', 'trial.smd', '0', {noise}, null, null);
"""
BEFORE = {
    "p2": "true, null, null",
    "arm": "LX",
    "pfs": "40, true, 'progression'",
    "hr": "0.80",
    "p": "0.0402",
    "noise": "1e-16",
}
AFTER = {
    **BEFORE,
    "p2": "false, 1, 'not female'",
    "arm": "TBP",
    "pfs": "33, true, 'progression'",
    "hr": "0.79",
    "p": "0.0398",
    "noise": "3e-16",
}


def publish(workspace, name, values, extra="", deliveries=None):
    folder = workspace.published / name
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / "oncohort.duckdb")) as connection:
        connection.execute(TABLES.format(**values) + extra)
    manifest = {"id": name, "fingerprint": name, "versions": {"duckdb": "1"}}
    manifest["deliveries"] = deliveries or {}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    point_to(workspace, name)


@pytest.fixture
def two(workspace):
    publish(workspace, OLD, BEFORE, deliveries={"s/2020-01-31": {"a.csv": "1" * 64}})
    sent = {"s/2020-01-31": {"a.csv": "1" * 64}, "s/2020-02-28": {"b.csv": "2" * 64}}
    publish(workspace, NEW, AFTER, deliveries=sent)
    return workspace


def said(workspace, before="previous", after="current", **how):
    out = io.StringIO()
    diff(workspace, before, after, out, **how)
    return json.loads(out.getvalue()) if how.get("is_json") else out.getvalue()


def test_each_difference_is_told_once(two):
    told = said(two, is_json=True)

    assert (told["before"], told["after"], told["notes"][0][:7]) == (
        OLD,
        NEW,
        "before ",
    )
    place = {"site_id": "s", "delivered_on": "2020-02-28", "file": "b.csv"}
    assert told["deliveries"] == [place | {"before": None, "after": "2" * 64}]
    found = told["studies"]["trial"]
    out = {"is_eligible": False, "failed_step_no": 1, "reason": "not female"}
    (patient,) = found["patients"]["rows"]
    assert (patient["patient_id"], patient["after"]) == ("P2", out)
    (arm,) = found["arms"]["rows"]
    assert (arm["before"]["arm"], arm["after"]["arm"]) == ("LX", "TBP")
    (endpoint,) = found["endpoints"]["rows"]
    assert endpoint["endpoint_code"] == "pfs"
    assert endpoint["before"]["followup_days"] == 40
    assert endpoint["after"]["followup_days"] == 33
    assert found["endpoints"]["n_compared"] == 2
    assert found["responses"] == {"n_compared": 1, "n_differing": 0, "rows": []}
    # 0.0402 and 0.0398 are both printed 0.04; 1e-16 is nothing
    (result,) = found["results"]["rows"]
    assert (result["result_id"], result["after"]) == ("trial.hr", {"text": "0.79"})
    (beyond,) = found["results_beyond_print"]["rows"]
    assert beyond["result_id"] == "trial.p"


@pytest.mark.parametrize("columns", ["60", "200"])
def test_the_text_fits_the_terminal(two, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)

    lines = said(two).splitlines()

    assert max(map(len, lines)) <= int(columns)
    text = " ".join(" ".join(lines).split())
    assert "in the cohort → out at step 1: not female" in text
    assert "40 d, event, progression → 33 d, event, progression" in text
    assert "hr 0.80 → 0.79" in text
    assert "that differ beyond the print: 1 of 4 (--all lists them)" in text


def test_a_long_list_is_cut_and_says_so(two):
    many = "insert into core.time_to_event select 'Q' || i, 'trial', 'pfs', 'default', "
    many += "{}, true, 'death' from range(30) as t(i);"
    publish(two, "20260301T000000Z-cccccccc", BEFORE, many.format(1))
    publish(two, "20260401T000000Z-dddddddd", BEFORE, many.format(2))

    assert "Endpoints: 30 of 32" in said(two)
    assert "and 10 more (--all lists them)" in said(two)
    assert "more" not in said(two, is_all=True).replace("--all", "")
    assert len(said(two, is_json=True)["studies"]["trial"]["endpoints"]["rows"]) == 30
    assert "rules, code or answers differ" in said(two)


def test_another_layout_is_compared_as_far_as_it_goes(two):
    changed = "drop table core.best_responses; alter table trial.entries drop arm;"
    publish(two, "20260301T000000Z-cccccccc", AFTER, changed)

    text = said(two)

    assert "Note: after has no table core.best_responses: not compared" in text
    assert "Note: after has no column trial.entries.arm: not compared" in text
    assert "Endpoints: none of 2" in text
    (two.published / OLD / "oncohort.duckdb").write_bytes(b"of a version to come")
    with pytest.raises(ConfigError, match=f"publication {OLD} cannot be opened"):
        said(two, OLD)


def test_publications_are_found_by_their_beginning(two):
    assert said(two, "202601", NEW) == said(two)
    with pytest.raises(ConfigError, match="no such publication") as error:
        said(two, "1999")
    assert OLD in error.value.remedy and NEW in error.value.remedy
    with pytest.raises(ConfigError, match="2 publications begin so"):
        said(two, "2026")
    point_to(two, OLD)
    with pytest.raises(ConfigError, match="no such publication"):
        said(two)


def test_nothing_is_written_and_nothing_heavy_imported(two):
    files = {path: path.read_bytes() for path in two.root.rglob("*") if path.is_file()}
    code = "import sys; from oncohort.cli import main; main(sys.argv[1:4]); "
    code += f"print(*set({HEAVY.split()}) & set(sys.modules))"

    run = subprocess.run(
        [sys.executable, "-c", code, "--workspace", str(two.root), "diff"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert run.stdout.splitlines()[-1] == ""
    assert files == {path: path.read_bytes() for path in files}
    assert main(["--workspace", str(two.root), "diff", "1999"]) == 2
