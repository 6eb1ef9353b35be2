"""A receive that is killed leaves all of a delivery or nothing of it."""

import os
import signal

import pytest
from interrupted import stopped

from oncohort.receive import journal
from oncohort.receive.configuration import land_configuration
from oncohort.receive.run import prepare

PATIENTS = "no,sex,born\n0001,F,1950-01-02\n0002,F,1960-03\n"


@pytest.mark.parametrize("n_renames", range(7))
def test_a_kill_at_any_moment_leaves_all_or_nothing(hospital, monkeypatch, n_renames):
    """Killed after `n_renames` renames: the next command finishes or discards."""
    prepare(hospital.workspace)
    land_configuration(hospital.workspace)  # so that only the delivery is renamed
    hospital.deliver("patients.csv", PATIENTS + ",F,1990\n")
    real, done = os.replace, []

    def replace(source, target):
        if len(done) == n_renames:
            raise KeyboardInterrupt
        done.append(target)
        real(source, target)

    monkeypatch.setattr(journal.os, "replace", replace)
    if n_renames < 6:  # the last one is of the page
        with pytest.raises(KeyboardInterrupt):
            hospital.receive()
    else:
        hospital.receive()
    monkeypatch.setattr(journal.os, "replace", real)

    journal.recover(hospital.workspace)

    n_landed = len(hospital.rows("patients", "record_no"))
    n_booked = len(hospital.rows("deliveries", "site_id"))
    n_refused = len(hospital.rows("refused_rows", "reason"))
    originals = list(hospital.workspace.originals.glob("*"))
    expected = (0, 0, 0, 0) if n_renames == 0 else (2, 1, 1, 1)
    assert (n_landed, n_booked, n_refused, len(originals)) == expected
    assert not (hospital.workspace.landing / "_incoming").exists()
    (verdict,) = hospital.receive()
    assert verdict.status == ("accepted" if n_renames == 0 else "unchanged")
    pages = hospital.workspace.root / "queries" / "clinic" / "deliveries"
    assert [path.name for path in pages.iterdir()] == ["2020-01-31.html"]


def receiving(hospital, place, action):
    module, *where = place
    root = hospital.workspace.root
    return stopped(root, "receive", (f"receive.{module}", *where), action)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
@pytest.mark.parametrize(
    ("place", "has_landed"),
    [
        (("delivery", "map_file", 1), False),
        (("land", "parquet_bytes", 2), False),
        (("delivery", "copy_originals", 1), False),
        (("journal", "json.dump", 1), False),
        (("journal", "os.fsync", 1), False),
        (("journal", "os.replace", 1), False),
        (("journal", "os.replace", 2), True),
        (("journal", "os.replace", 4), True),
        (("journal", "shutil.rmtree", 2), True),
    ],
)
def test_a_process_killed_anywhere_leaves_landing_whole_or_untouched(
    hospital, place, has_landed
):
    prepare(hospital.workspace)
    land_configuration(hospital.workspace)
    hospital.deliver("patients.csv", PATIENTS + ",F,1990\n")
    before = hospital.landing_bytes()

    process = receiving(hospital, place, "die")
    said, _ = process.communicate()

    assert process.returncode == -signal.SIGKILL, said
    landed = hospital.rows("patients", "record_no")
    journal.recover(hospital.workspace)
    if has_landed:
        assert hospital.rows("patients", "record_no") == [("0001",), ("0002",)]
        assert len(hospital.rows("refused_rows", "reason")) == 1
        assert hospital.rows("deliveries", "n_rows_read, n_rows_landed") == [(3, 2)]
    else:
        assert (landed, hospital.landing_bytes()) == ([], before)
    (verdict,) = hospital.receive()
    assert verdict.status == ("unchanged" if has_landed else "accepted")


def test_of_two_receives_at_once_one_works_and_the_other_names_it(hospital):
    prepare(hospital.workspace)
    land_configuration(hospital.workspace)
    hospital.deliver("patients.csv", PATIENTS)
    first = receiving(hospital, ("journal", "os.replace", 2), "wait")
    said = first.stdout.readline()
    while "stopped" not in said:
        assert said, "it ended without stopping"
        said = first.stdout.readline()
    before = hospital.landing_bytes()

    second = receiving(hospital, ("journal", "os.replace", 99), "wait")
    said, _ = second.communicate()

    assert second.returncode == 6
    assert f"in use by `oncohort receive`, process {first.pid} on " in said
    assert hospital.landing_bytes() == before
    said, _ = first.communicate("go on\n")
    assert first.returncode == 0, said
    (verdict,) = hospital.receive()
    assert verdict.status == "unchanged"
    assert hospital.rows("patients", "record_no") == [("0001",), ("0002",)]
