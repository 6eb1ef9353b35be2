import pytest

from oncohort.errors import ConfigError
from oncohort.publication_lock import lock_publication, stamp_patient_pages
from oncohort.publications import find, known, roll_back
from oncohort.refresh import publish_or_lock
from oncohort.workspace import sha256_of


def test_a_locked_one_is_never_removed_and_its_pages_say_so(built, days, publish):
    plan = built.root / "studies" / "mine" / "plan.toml"
    plan.parent.mkdir(parents=True)
    plan.write_text("")
    publish(built, "a" * 64)
    lock_publication(built, "current", "2026-12 <analysis>")
    locked = built.current_publication()
    for _ in range(6):
        publish(built, "b" * 64)

    days_kept = [int(name[6:8]) for name in known(built)]
    assert days_kept == [1, 4, 5, 6, 7, 8]  # it was locked on the second
    assert find(built, "2026-12 <analysis>") == locked
    manifest = known(built)[locked.name]
    sha256 = sha256_of(plan)
    assert manifest["plans"] == {"mine": sha256}
    page = (locked / "report" / "index.html").read_text()
    assert "Locked as <strong>2026-12 &lt;analysis&gt;</strong>" in page
    assert page.count(sha256) == 1 and page.endswith("</p>\n</footer></body>")
    assert "Locked" not in (built.report / "index.html").read_text()
    # once more is no harm; the report of a locked one that is current again says so
    lock_publication(built, locked.name, "2026-12 <analysis>")
    roll_back(built, locked.name)
    assert (built.report / "index.html").read_text() == page
    late = built.report / "patients" / "p.html"
    late.parent.mkdir()
    late.write_text("<body>written later</body>")
    stamp_patient_pages(built)
    assert sha256 in late.read_text()


def test_a_lock_of_the_current_one_shows_at_once(built, publish):
    publish(built, "a" * 64)

    publish_or_lock(built, "current", "final")

    assert "Locked as" in (built.report / "index.html").read_text()


@pytest.mark.parametrize(
    ("text", "name", "problem"),
    [
        ("current", "", "one line of 1 to 80"),
        ("current", "two\nlines", "one line of 1 to 80"),
        ("current", "x" * 81, "one line of 1 to 80"),
        ("current", "taken", "is locked under this name"),
        (None, "taken", "is locked under this name"),
        ("previous", "another", "locked already, as `taken`"),
        ("1999", "another", "no such publication"),
        ("current", None, "nothing is to be done with it"),
    ],
)
def test_a_lock_that_cannot_be_is_refused(built, days, text, name, problem, publish):
    publish(built, "a" * 64)
    lock_publication(built, "current", "taken")
    publish(built, "b" * 64)
    before = known(built)

    with pytest.raises(ConfigError, match=problem):
        publish_or_lock(built, text, name)

    assert known(built) == before
