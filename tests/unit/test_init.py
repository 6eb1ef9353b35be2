import os
import stat

import pytest

from oncohort.cli import main
from oncohort.identity import KEY_VARIABLE, PUBLIC_TEST_KEY, id_key
from oncohort.workspace import Workspace


@pytest.fixture(autouse=True)
def no_key_in_the_environment(monkeypatch):
    monkeypatch.delenv(KEY_VARIABLE, raising=False)


def test_a_folder_becomes_a_workspace_with_a_secret_of_its_own(tmp_path, capsys):
    folder = tmp_path / "my study"

    assert main(["init", str(folder)]) == 0

    said = capsys.readouterr().out
    for name in ("extracts", "sites", "studies", "queries", "landing"):
        assert (folder / name).is_dir()
    assert id_key(Workspace(folder)) != PUBLIC_TEST_KEY
    assert f"--workspace '{folder}'" in said
    if os.name == "posix":
        assert stat.S_IMODE((folder / "id_key").stat().st_mode) == 0o600


def test_a_secret_that_is_there_stays(tmp_path):
    (tmp_path / "id_key").write_text("x" * 40)

    assert main(["init", str(tmp_path)]) == 0

    assert (tmp_path / "id_key").read_text() == "x" * 40


def test_no_file_is_made_where_the_environment_has_the_secret(tmp_path, monkeypatch):
    monkeypatch.setenv(KEY_VARIABLE, "y" * 40)

    assert main(["init", str(tmp_path)]) == 0

    assert not (tmp_path / "id_key").exists()
