import json

import pytest

from oncohort import run_log
from oncohort.cli import main


def events(workspace):
    (file,) = workspace.logs.glob("oncohort-20??-??.jsonl")
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def test_a_line_per_command_delivery_and_problem_and_no_patient(hospital):
    root = ["--workspace", str(hospital.workspace.root)]
    hospital.deliver("patients.csv", "no,sex,born\n0071234,F,1950\n")
    hospital.deliver("Zhang San.csv", "nr\n0071234\n", date="2020-02-29")

    assert main([*root, "receive"]) == 3
    assert main([*root, "sql", "select 0071234"]) == 2

    found = events(hospital.workspace)
    told = [{**each, "at": "", "process": 0, "seconds": 0} for each in found]
    assert [each["event"] for each in told] == [
        *("begin", "delivery", "delivery", "end"),
        *("begin", "problem", "end"),
    ]
    place = {"event": "delivery", "site": "clinic", "at": "", "process": 0}
    good = {"delivered_on": "2020-01-31", "status": "accepted", "problems": []}
    assert told[1] == place | good | {"seconds": 0}
    assert told[2]["status"] == "refused"
    assert told[2]["problems"] == ["DeliveryRefused"]
    assert told[3]["command"] == "receive" and told[3]["exit_code"] == 3
    assert told[5]["kind"] == "ConfigError" and told[5]["exit_code"] == 2
    text = json.dumps(found)
    assert "0071234" not in text and "Zhang" not in text


def test_an_error_nobody_foresaw_is_logged_with_its_place(workspace, monkeypatch):
    monkeypatch.setattr("oncohort.audit.show_audit", lambda *_: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        main(["--workspace", str(workspace.root / "new"), "audit", "x.csv"])
    workspace.root.mkdir()
    with pytest.raises(ZeroDivisionError):
        main(["--workspace", str(workspace.root), "audit", "x.csv"])

    _, problem, end = events(workspace)
    assert problem["kind"] == "ZeroDivisionError" and end["exit_code"] == 1
    assert problem["place"].startswith("cli.py:")


def test_a_log_that_cannot_be_written_stops_nobody(workspace, capsys):
    workspace.root.mkdir()
    workspace.logs.write_text("a file where the folder should be")

    run_log.open_log(workspace.logs)
    run_log.log("begin", command="sql")

    assert capsys.readouterr().err == ""
