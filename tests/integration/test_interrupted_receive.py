"""A receive that is killed leaves all of a delivery or nothing of it."""

import os

import pytest

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
