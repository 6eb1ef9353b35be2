"""What `receive` does with the verdict of the expectations."""

import io
import json
import shutil
from pathlib import Path

import pytest

from oncohort.cli import main
from oncohort.receive.show import Terminal

ROOT = Path(__file__).parents[3]
FILES = """\
  - match: patients.csv
    tables:
      - table: patients
        columns: {record_no: no, patient_name: name, sex: sex, birth_on: born}
  - match: drugs.csv
    optional: true
    tables:
      - table: treatments
        columns: {record_no: no, drug: drug, started_on: start}
"""


def patients(n=40, sex="F"):
    rows = [f"77{number:04},Ann Example{number},{sex},1950" for number in range(n)]
    return "no,name,sex,born\n" + "\n".join(rows) + "\n"


@pytest.fixture
def clinic(hospital):
    """The tiny project with the suites and the code lists."""
    project = hospital.workspace.project
    shutil.copytree(ROOT / "expectations", project / "expectations")
    (project / "seeds").mkdir()
    shutil.copy(ROOT / "seeds" / "code_synonyms.csv", project / "seeds")
    hospital.describe(files=FILES)
    return hospital


def status(clinic):
    columns = "delivered_on, expectation_id, status"
    return {
        (date, name): status
        for date, name, status in clinic.rows("expectation_results", columns)
    }


def page(clinic, date):
    path = clinic.workspace.root / "queries" / "clinic" / "deliveries" / f"{date}.html"
    return path.read_text("utf-8")


def tighten(clinic, name, limit, value):
    """Change a limit of one expectation."""
    path = clinic.workspace.project / "expectations" / f"{name.split('.')[0]}.json"
    suite = json.loads(path.read_text("utf-8"))
    (one,) = [e for e in suite["expectations"] if e["meta"]["id"] == name]
    one["meta" if limit in one["meta"] else "kwargs"][limit] = value
    path.write_text(json.dumps(suite), encoding="utf-8")
    from oncohort.judge import gate

    gate._judge_sha256.cache_clear()


def test_two_patients_and_nothing_else_are_accepted(clinic):
    clinic.deliver("patients.csv", patients(2))

    (verdict,) = clinic.receive()

    assert verdict.status == "accepted"
    found = set(status(clinic).values())
    assert found == {"passed", "not applicable"}
    assert any("expectations: " in line for line in clinic.said)


def test_a_refused_delivery_leaves_landing_as_it_was(clinic):
    clinic.deliver("patients.csv", patients(), date="2020-01-31")
    clinic.receive()
    before = clinic.landing_bytes()
    clinic.deliver("patients.csv", patients(12, sex="zzz"), date="2020-06-30")
    clinic.deliver("drugs.csv", "no,drug,start\n1,,2020\n" * 1, date="2020-06-30")

    verdict = clinic.receive()[1]

    assert verdict.status == "refused"
    assert clinic.landing_bytes() == before
    first, second, third = verdict.problems
    assert first.message.startswith(
        "patients.sex.half_known (critical) failed: 12 of 12 words are on no code list"
    )
    assert first.value == "zzz (12)"
    assert "codes.csv" in first.remedy
    assert second.message.startswith("patients.rows.half_kept")
    assert third.message.startswith("patients.patients.half_kept")
    for problem in verdict.problems:
        assert "allowed: at most" in problem.message


def test_the_page_of_a_refused_delivery_gives_nobody_away(clinic):
    clinic.deliver("patients.csv", patients(12, sex="Ann Example7"))

    clinic.receive()

    text = page(clinic, "2020-01-31")
    assert ">Refused</strong>" in text and "12 of 12 words are on no code list" in text
    assert "Ann Example" not in text and "7700" not in text
    assert "Ann Example7 (12)" in "\n".join(clinic.said)


def test_the_page_of_an_unreadable_file_says_what_is_wrong_without_values(clinic):
    clinic.deliver("patients.csv", "no,sex,born\n7700,F,1950\n")

    clinic.receive()

    text = page(clinic, "2020-01-31")
    assert "keeps it out" in text and "it was not judged" in text
    assert "7700" not in text


def test_a_limit_that_changed_judges_again(clinic):
    clinic.deliver("patients.csv", patients(12, sex=""))
    clinic.describe(files=FILES)
    tighten(clinic, "patients.sex.filled", "limit_count", 100)
    assert [v.status for v in clinic.receive()] == ["accepted"]
    assert [v.status for v in clinic.receive()] == ["unchanged"]
    before = clinic.landing_bytes()

    tighten(clinic, "patients.sex.filled", "limit_count", 3)

    (verdict,) = clinic.receive()
    assert verdict.status == "refused"
    assert "judges it" in verdict.notes[0]
    assert clinic.landing_bytes() == before


def test_a_code_that_was_added_judges_again(clinic):
    clinic.deliver("patients.csv", patients(10, sex="dame"))
    clinic.receive()
    key = ("2020-01-31", "patients.sex.known")
    assert status(clinic)[key] == "failed"
    codes = clinic.workspace.root / "sites" / "clinic" / "codes.csv"
    codes.write_text("code_list,term,code\nsex,Dame,female\n", encoding="utf-8")

    (verdict,) = clinic.receive()

    assert verdict.status == "accepted"
    assert status(clinic)[key] == "passed"
    assert [v.status for v in clinic.receive()] == ["unchanged"]


def test_an_earlier_delivery_that_comes_late_judges_the_later_again(clinic):
    clinic.deliver("patients.csv", patients(30), date="2020-06-30")
    clinic.receive()
    key = ("2020-06-30", "patients.rows.kept")
    assert status(clinic)[key] == "not applicable"
    clinic.deliver("patients.csv", patients(60), date="2020-01-31")

    clinic.receive()

    assert status(clinic)[key] == "failed"


def test_a_page_that_is_gone_comes_back_the_same(clinic):
    clinic.deliver("patients.csv", patients())
    clinic.receive()
    written = page(clinic, "2020-01-31")
    shutil.rmtree(clinic.workspace.root / "queries")

    clinic.receive()

    assert page(clinic, "2020-01-31") == written
    assert "Ann Example" not in written and "7700" not in written


def test_json_is_one_object_on_standard_output(clinic, capsys):
    clinic.deliver("patients.csv", patients(12, sex="zzz"))

    code = main(["--workspace", str(clinic.workspace.root), "receive", "--json"])

    captured = capsys.readouterr()
    said = json.loads(captured.out)
    assert said["exit_code"] == code == 3
    (delivery,) = said["deliveries"]
    assert delivery["status"] == "refused"
    assert delivery["problems"][0]["value"] == "zzz (12)"
    assert delivery["files"][0]["tables"][0]["n_rows_landed"] == 12
    assert {row["status"] for row in delivery["expectations"]} >= {"failed", "passed"}
    assert delivery["page"] == "queries/clinic/deliveries/2020-01-31.html"
    assert "public test key" in captured.err


def test_a_terminal_shows_a_table_of_what_failed(clinic):
    from rich.console import Console

    from oncohort.receive.run import receive

    clinic.deliver("patients.csv", patients(12, sex="[zzz]"))
    screen = io.StringIO()
    show = Terminal(
        Console(file=screen, width=120, force_terminal=True, highlight=False)
    )

    receive(clinic.workspace, say=show.say, show=show)

    text = screen.getvalue()
    assert "clinic 2020-01-31" in text and "refused" in text
    assert "patients.sex.half_known" in text and "[zzz] (12)" in text
    assert "\x1b[" in text
