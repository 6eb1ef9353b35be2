import datetime
import io
import json
import subprocess
import sys

from oncohort.cli import main
from oncohort.state import show_state

HEAVY = "pandas dbt duckdb pyarrow yaml numpy jinja2 great_expectations"
LIGHT = """
import sys
import oncohort.cli
oncohort.cli.main(["--workspace", sys.argv[1]])
print(*sorted(set(sys.argv[2:]) & {name.partition(".")[0] for name in sys.modules}))
"""


def state(workspace):
    out = io.StringIO()
    show_state(workspace, out)
    return out.getvalue()


def published(workspace, day, lock=None, deliveries=()):
    """A publication made on a day of 2020, the current one."""
    name = f"202001{day:02}T000000Z-aaaaaaaa"
    folder = workspace.published / name
    folder.mkdir(parents=True)
    (folder / "oncohort.duckdb").write_bytes(b"x" * 2_000_000)
    manifest = {
        "id": name,
        "created_at": f"2020-01-{day:02}T00:00:00+00:00",
        "lock": lock and {"name": lock},
        "deliveries": dict.fromkeys(deliveries, {}),
        "unanswered_queries": {"north": 1200, "south": 3},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    workspace.current.write_text(name)


def delivered(workspace, site, date, is_landed=False, verdict=None):
    (workspace.extracts / site / date).mkdir(parents=True)
    if is_landed:
        book = workspace.landing / "deliveries" / f"site={site}" / f"delivery={date}"
        book.mkdir(parents=True)
        (book / "manifest.json").write_text("{}")
    if verdict:
        page = workspace.queries / site / "deliveries" / f"{date}.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(f'<div class="ruling {verdict}">')


def test_an_empty_workspace_says_what_to_do_first(workspace, capsys):
    assert main(["--workspace", str(workspace.root)]) == 0

    said = capsys.readouterr().out
    assert "publication  none yet (use `oncohort refresh`)\n" in said
    assert "deliveries   0 landed\n" in said and "duckdb 1." in said
    assert not workspace.root.exists()  # to look leaves no trace


def test_everything_a_data_manager_asks_in_the_morning(workspace):
    published(workspace, 1, lock="first")
    published(workspace, 2, deliveries=["north/2020-01-01", "south/2019-12-31"])
    delivered(workspace, "north", "2020-01-01", is_landed=True, verdict="accepted")
    delivered(workspace, "north", "2020-02-01", is_landed=True, verdict="accepted")
    delivered(workspace, "south", "2020-02-02")
    delivered(workspace, "south", "2020-02-03", verdict="refused")
    workspace.working_db.parent.mkdir(parents=True)
    workspace.working_db.write_bytes(b"x")

    said = state(workspace)

    n_days = (
        datetime.datetime.now(datetime.UTC).date() - datetime.date(2020, 1, 2)
    ).days
    for line in (
        f"20200102T000000Z-aaaaaaaa, of 2020-01-02 00:00 UTC, {n_days:,} days ago",
        "2 there, 1 locked: first; the last 5 without a lock are kept",
        "something was built since, and is not published (use `oncohort publish`)",
        "2 landed",
        "1 waiting: south 2020-02-02 (use `oncohort receive`)",
        "1 refused: south 2020-02-03 (why: queries/<site>/deliveries/<date>.html)",
        "1 landed, not published: north 2020-02-01 (use `oncohort refresh`)",
        f"newest delivery: north 2020-01-01, {n_days + 1:,} days ago",
        f"longest silent site: south 2019-12-31, {n_days + 2:,} days ago",
        "1,203 unanswered (use `oncohort queries SITE`)",
        "north 1,200, south 3",
        "publications 4.0 MB; free ",
    ):
        assert line in said, line


def test_a_lock_of_the_one_in_use_is_shown(workspace):
    published(workspace, 1, lock="2026-12 analysis")

    assert "\n             locked as 2026-12 analysis\n" in state(workspace)


def test_a_broken_setting_is_told_and_no_trace(workspace, capsys):
    published(workspace, 1)
    (workspace.published / "KEEP").write_text("many")

    assert main(["--workspace", str(workspace.root)]) == 2
    assert "value:     many" in capsys.readouterr().err


def test_it_imports_nothing_heavy(workspace):
    run = subprocess.run(
        [sys.executable, "-c", LIGHT, str(workspace.root), *HEAVY.split()],
        capture_output=True,
        text=True,
        check=True,
    )

    assert run.stdout.splitlines()[-1] == ""
