"""Others read while it refreshes; it is killed, the disk is full, a folder read-only.

On a tiny project of two models, so that a refresh takes seconds: all else is the real
thing. The long run sets `OPERATION_KILLS=50 OPERATION_REFRESHES=10`.
"""

import os
import random
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import duckdb
import pytest
from clinic import Clinic, tiny_project
from interrupted import stopped

N_KILLS = int(os.environ.get("OPERATION_KILLS", "1"))
N_REFRESHES = int(os.environ.get("OPERATION_REFRESHES", "1"))
READS_PER_SECOND = 20
posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """The tiny project, for this process and those it starts."""
    root = tmp_path_factory.mktemp("project")
    tiny_project(root)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("ONCOHORT_HOME", str(root))
        yield root


@pytest.fixture(scope="module")
def clinic(project, tmp_path_factory):
    """A site that has delivered and been published; each test goes on from there."""
    return Clinic(tmp_path_factory.mktemp("workspace"))


def test_readers_never_wait_and_never_see_half_a_state(clinic):
    seen, n_reads = [clinic.published()], 0
    for _ in range(N_REFRESHES):
        clinic.deliver()
        process = clinic.start()
        next_at = time.monotonic()
        while process.poll() is None:
            seen.append(clinic.published())
            n_reads += 1
            next_at = max(next_at + 1 / READS_PER_SECOND, time.monotonic() - 1)
            time.sleep(max(0, next_at - time.monotonic()))
        assert process.returncode == 0, process.communicate()
        seen.append(clinic.published())

    assert seen == sorted(seen) and seen[-1] == clinic.n_patients
    assert n_reads > 20 * N_REFRESHES
    assert clinic.shows_what_is_published()
    print(f"{n_reads} reads during {N_REFRESHES} refreshes")


STEPS = [
    (("receive.journal", "json.dump", 1), False),
    (("build_results", "BuildResults", 1), False),
    (("publish", "point_to", 1), False),
    (("publish", "show_report", 1), True),
    (("publish", "remove_old", 1), True),
]


@posix
def test_a_refresh_killed_between_two_steps_leaves_a_whole_publication(clinic):
    """Each refresh passes the step where the one before was killed."""
    before = clinic.published()
    for place, has_published in STEPS:
        clinic.deliver()
        process = stopped(clinic.workspace.root, "refresh", place, "die")
        said, _ = process.communicate()
        assert process.returncode == -signal.SIGKILL, said
        before = clinic.n_patients if has_published else before
        assert clinic.published() == before, place

    exit_code, said, _ = clinic.run()

    assert exit_code == 0 and "nothing changed since" in said
    assert clinic.shows_what_is_published()


@posix
def test_a_refresh_killed_at_a_random_moment_needs_no_help(clinic):
    moment = random.Random(7)
    clinic.deliver()
    started = time.monotonic()
    n_published = clinic.refresh()
    lasts = time.monotonic() - started
    n_killed = n_new = 0
    for _ in range(N_KILLS):
        clinic.deliver()
        process = clinic.start()
        time.sleep(moment.uniform(0, lasts))
        process.kill()
        process.communicate()
        n_killed += process.returncode == -signal.SIGKILL
        now = clinic.published()
        assert now in (n_published, clinic.n_patients)
        n_new += now != n_published

        n_published = clinic.refresh()
        assert n_published == clinic.n_patients
        assert clinic.shows_what_is_published()
    print(f"{n_killed} killed of {N_KILLS}, {n_new} had published")


def test_a_failed_test_publishes_nothing_and_says_how_to_see_its_rows(clinic):
    before = clinic.workspace.current_id()
    clinic.deliver(sex="U")

    exit_code, _, error = clinic.run()

    assert exit_code == 4 and "test accepted_values_people_sex__F: fail" in error
    assert "failing rows: 1; to see them:\n    oncohort sql --working -f" in error
    (sql,) = re.findall(r'-f "(.+)"', error)
    with duckdb.connect(str(clinic.workspace.working_db), read_only=True) as working:
        rows = working.sql(Path(sql).read_text("utf-8")).fetchall()
    assert rows == [("U", clinic.n_patients)]
    # nor does a publish of its own, until a build ends well
    exit_code, _, error = clinic.run("publish")
    assert exit_code == 4 and "the last build did not end well" in error
    assert "test accepted_values_people_sex__F: fail" in error
    assert clinic.workspace.current_id() == before
    clinic.deliver()
    clinic.refresh()


@pytest.fixture
def small_disk(project, tmp_path):
    """A workspace on a disk of 64 MB of its own."""
    mount = ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(tmp_path)]
    if shutil.which("mount") is None or subprocess.run(mount, check=False).returncode:
        pytest.skip("may not mount a small disk")
    yield Clinic(tmp_path)
    subprocess.run(["umount", "-l", str(tmp_path)], check=True)


def test_a_full_or_locked_disk_is_said_and_harms_nothing(small_disk):
    root = small_disk.workspace.root
    small_disk.deliver()
    for free_kb in (0, 300):
        n_free = shutil.disk_usage(root).free - free_kb * 1024
        (root / "ballast").write_bytes(bytes(n_free))

        exit_code, said, error = small_disk.run()

        assert exit_code == 7, said + error
        assert error.startswith("error: the disk is full (")
        assert f"{small_disk.workspace.current_id()} stays in use" in error
        assert small_disk.published() == 1
        (root / "ballast").unlink()
    subprocess.run(["mount", "-o", "remount,ro", str(root)], check=True)

    exit_code, _, error = small_disk.run()

    assert exit_code == 7, error
    assert "cannot be used: read-only file system" in error
    assert small_disk.published() == 1
    subprocess.run(["mount", "-o", "remount,rw", str(root)], check=True)
    assert small_disk.refresh() == 2
    assert small_disk.shows_what_is_published()
