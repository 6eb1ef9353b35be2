import pytest

from oncohort.errors import ConfigError
from oncohort.publications import known, point_to, roll_back, show_report


def kept(workspace):
    return [int(name[6:8]) for name in known(workspace)]


def test_the_last_five_are_kept(built, days, publish):
    for _ in range(7):
        publish(built, "c" * 64)

    assert kept(built) == [3, 4, 5, 6, 7]
    assert built.current_id().startswith("20200107")
    assert not list(built.published.glob("_draft-2*"))


def test_keep_says_how_many(built, days, publish):
    (built.published / "KEEP").write_text("2\n")
    for _ in range(4):
        publish(built, "c" * 64)

    assert kept(built) == [3, 4]

    (built.published / "KEEP").write_text("none")
    with pytest.raises(ConfigError, match="whole number") as error:
        publish(built, "c" * 64)
    assert error.value.value == "none"


def test_rollback_moves_pointer_and_report(built, days, publish):
    publish(built, "a" * 64)
    first = built.current_id()
    publish(built, "b" * 64)
    second = built.current_id()
    said = []

    roll_back(built, None, said.append)

    assert said[0] == f"the publication in use is {first}"
    assert built.current_id() == first
    assert (built.published / "current").resolve() == built.published / first
    assert first in (built.report / "index.html").read_text()
    with pytest.raises(ConfigError, match="no such publication") as error:
        roll_back(built, None)
    assert first in error.value.remedy and second in error.value.remedy
    roll_back(built, second[:10])
    assert second in (built.report / "index.html").read_text()


@pytest.mark.parametrize("left", ["earlier", "none", "half swapped"])
def test_the_report_of_a_killed_publish_is_mended(built, days, left, publish):
    publish(built, "a" * 64)
    first = built.current_id()
    publish(built, "b" * 64)
    if left == "earlier":
        point_to(built, first)
    else:
        built.report.rename(built.root / "report.old")
    if left == "half swapped":
        (built.root / "report.new").mkdir()

    show_report(built)

    assert built.current_id() in (built.report / "index.html").read_text()
    assert not list(built.root.glob("report.*"))
