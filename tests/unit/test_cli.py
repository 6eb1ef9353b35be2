import subprocess
import sys

import duckdb
import pytest

from oncohort.cli import main, parser
from oncohort.errors import EXIT_CODES

HEAVY = (
    "pandas scipy lifelines dbt great_expectations matplotlib numpy duckdb pyarrow yaml"
)
LIGHT = """
import sys, contextlib, io
import oncohort, oncohort.cli
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    oncohort.cli.main(["--help"])
print(*sorted(set(sys.argv[1:]) & {name.partition(".")[0] for name in sys.modules}))
"""


def test_help_imports_nothing_heavy():
    run = subprocess.run(
        [sys.executable, "-c", LIGHT, *HEAVY.split()],
        capture_output=True,
        text=True,
        check=True,
    )

    assert run.stdout.strip() == ""


def test_help_names_commands_and_exit_codes(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["--help"])

    text = capsys.readouterr().out
    assert stop.value.code == 0
    for word in (
        "init",
        "receive",
        "audit",
        "refresh",
        "synthesize",
        "sql",
        *EXIT_CODES.values(),
    ):
        assert word in text


def test_init_then_receive(hospital, capsys):
    root = str(hospital.workspace.root)

    assert main(["init", "--workspace", root]) == 0
    assert main(["--workspace", root, "receive"]) == 0
    assert "extracts/ holds no delivery" in capsys.readouterr().out
    hospital.deliver("patients.csv", "no,sex,born\n1,F,1950\n")
    assert main(["receive", "--workspace", root, "--site", "clinic"]) == 0
    assert "clinic 2020-01-31: accepted" in capsys.readouterr().out


def test_exit_codes_and_messages(hospital, capsys):
    root = ["--workspace", str(hospital.workspace.root)]

    assert main([*root, "refresh"]) == 5
    error = capsys.readouterr().err
    assert error.startswith("error: nothing was received")
    assert "what to do: put a site's files into" in error
    hospital.deliver("patients.csv", "nr\n1\n")
    assert main([*root, "receive"]) == 3
    assert main([*root, "receive", "--site", "nobody"]) == 2
    assert main([*root, "sql", "select 1"]) == 2
    hospital.write_site("title: [")
    assert main([*root, "receive"]) == 2


@pytest.mark.parametrize("command", [["refresh"], ["receive"], ["sql", "select 1"]])
def test_the_workspace_may_stand_before_or_after_the_command(command):
    for given in (["--workspace", "a", *command], [*command, "--workspace", "a"]):
        assert parser().parse_args(given).workspace == "a"
    assert parser().parse_args(command).workspace is None


def test_what_sql_is_told_on_the_command_line(workspace, capsys):
    folder = workspace.published / "p"
    folder.mkdir(parents=True)
    workspace.current.write_text("p\n")
    duckdb.connect(str(folder / "oncohort.duckdb")).close()
    sql = ["--workspace", str(workspace.root), "sql"]

    assert main([*sql, "select $a as x", "--param", "a=b=c", "--format", "csv"]) == 0
    assert capsys.readouterr().out == "x\nb=c\n"
    assert main([*sql]) == 0
    assert "(0 rows)" in capsys.readouterr().out
    for wrong in (["--param", "a"], ["--timeout", "nan"], ["--memory", "0"]):
        assert main([*sql, "select 1", *wrong]) == 2
        assert "what to do" in capsys.readouterr().err


def test_audit_prints_what_cannot_be_right(tmp_path, capsys):
    # 30 of 120 is 25 %, not 52 %
    head = "id,population,arm,quantity,value,denominator\n"
    rows = "t1.x.a.n,all,a,n,30,120\nt1.x.a.pct,all,a,pct,52,120\n"
    path = tmp_path / "print.csv"
    path.write_text(head + rows, encoding="utf-8")

    assert main(["audit", str(path)]) == 0
    first, last = capsys.readouterr().out.splitlines()
    assert first.split()[:2] == ["t1.x.a.pct", "percent"]
    assert "30/120 is 25.00%" in first
    assert last == "1 printed figures flagged"

    path.write_text(head + rows.replace("52", "25"), encoding="utf-8")
    assert main(["audit", str(path)]) == 0
    assert capsys.readouterr().out == "nothing flagged\n"

    path.write_text("id,value\n", encoding="utf-8")
    assert main(["audit", str(path)]) != 0
