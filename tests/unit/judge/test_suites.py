"""The suites: sound, read by Great Expectations itself, and each seen to fail."""

import json
import shutil
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))
from deliveries import ROOT, SENT, SITE, clean, write  # noqa: E402
from spoiling import (  # noqa: E402
    cut,
    doubled,
    emptied,
    of_others,
    spoilt_values,
    with_one_code,
)

from oncohort.contract import extract_tables
from oncohort.judge.gate import judge_delivery
from oncohort.judge.suites import suite_files
from oncohort.judge.wording import SEVERITIES, kinds
from oncohort.workspace import Workspace

SUITES = {
    name: json.loads(path.read_text("utf-8"))
    for name, path in suite_files(ROOT).items()
}
METAS = [one["meta"] for suite in SUITES.values() for one in suite["expectations"]]
CRITICAL = {meta["id"] for meta in METAS if meta["severity"] == "critical"}
BEFORE, NOW = "2020-01-31", "2020-06-30"


def ids(*kinds):
    found = (meta["id"] for meta in METAS)
    return {name for name in found if name.rpartition(".")[2] in kinds}


def test_every_table_of_the_contract_has_a_suite():
    assert list(SUITES) == list(extract_tables())


@pytest.mark.parametrize("name", SUITES)
def test_a_suite_says_what_it_must(name):
    columns = {column.name for column in extract_tables()[name].content}
    suite = SUITES[name]
    assert suite["name"] == name
    found = [one["meta"]["id"] for one in suite["expectations"]]
    assert len(found) == len(set(found))
    for one in suite["expectations"]:
        meta = one["meta"]
        table, column, kind = meta["id"].split(".")
        assert table == name
        assert column in columns | {"rows", "patient", "patients"}
        assert kind.removeprefix("half_") in kinds()
        assert meta["severity"] in SEVERITIES
        assert (meta["severity"] == "critical") >= kind.startswith("half_")
        assert meta["kahn_category"].split(":")[0] in (
            "conformance",
            "completeness",
            "plausibility",
        )
        assert len(meta["notes"]) > 25
        has_share = {"limit_fraction", "limit_points"} & set(meta) or "min_value" in (
            one["kwargs"]
        )
        assert has_share and isinstance(meta["limit_count"], int)


def test_great_expectations_reads_the_suites_from_the_folder(tmp_path):
    from great_expectations.core.expectation_suite import ExpectationSuite
    from great_expectations.data_context.store import ExpectationsStore

    for name in SUITES:
        shutil.copy(ROOT / "expectations" / f"{name}.json", tmp_path)
    store = ExpectationsStore(
        store_backend={
            "class_name": "TupleFilesystemStoreBackend",
            "base_directory": str(tmp_path),
            "filepath_suffix": ".json",
        }
    )
    for name, suite in SUITES.items():
        read = ExpectationSuite(**store.get(store.get_key(name=name)))
        assert [one.meta["id"] for one in read.expectations] == [
            one["meta"]["id"] for one in suite["expectations"]
        ]


class Judge:
    """Judges a delivery of all tables after a clean one."""

    def __init__(self, root):
        self.workspace, self.root = Workspace(root), root
        self.number = 0

    def before(self, tables, **how):
        write(self.workspace.landing, tables, BEFORE, **how)

    def __call__(self, tables, date=NOW, **how):
        self.number += 1
        incoming = self.root / "landing" / "_incoming" / str(self.number)
        write(incoming, tables, date, **how)
        rows, problems = judge_delivery(self.workspace, incoming, (SITE, date), SENT)
        self.problems = problems
        return {row["expectation_id"]: row for row in rows}

    def failed(self, tables, **how):
        found = self(tables, **how)
        assert not [row for row in found.values() if row["status"] == "error"]
        return {name for name, row in found.items() if row["status"] == "failed"}


@pytest.fixture(scope="module")
def judge(tmp_path_factory):
    judge = Judge(tmp_path_factory.mktemp("judged"))
    judge.before(clean())
    return judge


VALUES = ids("known", "readable")
LISTED = ids("listed")
SPOILT = {
    "nothing": (lambda tables: None, set()),
    "most values": (
        lambda tables: spoilt_values(tables, 1),
        VALUES | ids("half_known", "half_readable"),
    ),
    "every fifth value": (lambda tables: spoilt_values(tables, 5), VALUES),
    "all columns empty": (emptied, ids("filled", "emptied")),
    "all rows of others": (lambda t: of_others(t, 1), LISTED | ids("half_listed")),
    "every fifth row of others": (lambda t: of_others(t, 5), LISTED),
    "sent twice": (doubled, ids("unique")),
    "most rows gone": (lambda tables: cut(tables, 20), ids("kept", "half_kept")),
    "a fifth of the rows gone": (lambda tables: cut(tables, 95), ids("kept")),
    "one code only": (with_one_code, ids("shifted")),
}


@pytest.mark.parametrize("what", SPOILT)
def test_each_defect_is_caught_by_its_expectations_and_no_other(judge, what):
    spoil, expected = SPOILT[what]
    tables = clean()
    spoil(tables)
    found = judge.failed(tables)

    assert found == expected
    assert len(judge.problems) == len(found & CRITICAL)


def test_refused_rows_are_caught(judge):
    assert judge.failed(clean(), n_refused=60) == ids("landed")
    assert judge.failed(clean(), n_refused=10) == set()


def test_together_they_make_every_expectation_fail_once():
    caught = set().union(ids("landed"), *(expected for _, expected in SPOILT.values()))
    assert caught == {meta["id"] for meta in METAS}


def test_few_rows_are_no_disaster(judge):
    """Shares of all are exceeded, numbers are not."""
    tables = clean()
    cut(tables, 2)
    emptied(tables)

    found = judge.failed({"treatments": tables["treatments"]}, date="2019-01-01")

    assert found == set()
    assert judge.problems == []


def test_changes_are_not_compared(judge):
    tables = clean()
    cut(tables, 1)
    found = judge(tables, kind="changes")
    for name in ids("kept", "half_kept", "emptied", "shifted"):
        assert found[name]["status"] == "not applicable"
    # the patients landed before are still the site's
    assert found["treatments.patient.half_listed"]["status"] == "passed"
    assert found["treatments.patient.half_listed"]["n_checked"] == 1


def test_an_empty_table_passes_nothing(tmp_path):
    judge = Judge(tmp_path)
    found = judge({name: [] for name in extract_tables()})
    assert {row["status"] for row in found.values()} == {"not applicable"}


def test_a_table_that_is_not_sent_passes_nothing(tmp_path):
    judge = Judge(tmp_path)
    found = judge({"patients": clean()["patients"]})
    passed = {n for n, row in found.items() if row["status"] == "passed"}
    assert passed and all(name.startswith("patients.") for name in passed)
    assert (
        found["lesions.rows.landed"]["observed"] == "the delivery holds no such table"
    )


def test_a_full_table_that_lost_all_rows_is_refused(judge):
    tables = {"patients": clean()["patients"], "lesions": []}
    assert judge.failed(tables) == {"lesions.rows.kept", "lesions.rows.half_kept"}
    (problem,) = judge.problems
    assert problem.exit_code == 3
    assert "120 of the 120 of 2020-01-31 are gone" in problem.message
    assert "expectations/lesions.json" in problem.remedy


def test_a_refusal_names_the_words_for_the_terminal(judge):
    rows = clean()["treatments"]
    for row in rows:
        row["drug"] = "zzz"
    judge({"treatments": rows})
    (problem,) = judge.problems
    assert problem.message.startswith(
        "treatments.drug.half_known (critical) failed: 120 of 120 words"
    )
    assert problem.value == "zzz (120)"
