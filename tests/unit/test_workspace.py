from oncohort.workspace import Workspace


def make(path, text=""):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_the_root_is_the_option_then_the_variable_then_the_project(
    project, tmp_path, monkeypatch
):
    assert Workspace().root == project.resolve()
    monkeypatch.setenv("ONCOHORT_WORKSPACE", str(tmp_path / "a"))
    assert Workspace().root == (tmp_path / "a").resolve()
    assert Workspace(tmp_path / "b").root == (tmp_path / "b").resolve()


def test_a_workspace_hides_the_projects_sites_of_the_same_name(project, workspace):
    make(project / "sites/a/site.yml")
    make(project / "sites/b/site.yml")
    make(project / "sites/no_page/codes.csv")
    make(workspace.root / "sites/b/site.yml")

    assert workspace.site_dirs() == {
        "a": workspace.project / "sites/a",
        "b": workspace.root / "sites/b",
    }


def test_dbt_is_told_of_the_workspace_and_its_studies(project, workspace):
    always = {
        "ONCOHORT_WORKSPACE": workspace.root.as_posix(),
        "ONCOHORT_ENGINE_THREADS": "1",
    }
    assert workspace.environment() == always
    make(project / "studies/one/one__entries.sql")
    make(project / "studies/without_entries/plan.toml")
    make(workspace.root / "studies/mine/models/mine__entries.sql")

    assert workspace.environment() == always | {
        "ONCOHORT_STUDY_PATH": (workspace.root / "target/studies").as_posix(),
        "ONCOHORT_STUDIES": "mine,one",
    }
    # the project's own studies are on dbt's path already
    assert "ONCOHORT_STUDY_PATH" not in Workspace(project).environment()


def test_over_much_data_the_engine_keeps_its_threads(workspace, monkeypatch):
    landed = workspace.landing / "patients/site=a/delivery=2020-01-31/x.parquet"
    make(landed)
    landed.write_bytes(bytes(1000))
    assert "ONCOHORT_ENGINE_THREADS" in workspace.environment()
    monkeypatch.setattr("oncohort.workspace.SMALL_BYTES", 1000)
    assert "ONCOHORT_ENGINE_THREADS" not in workspace.environment()


def test_of_very_much_data_one_model_is_built_at_a_time(workspace, monkeypatch):
    landed = workspace.landing / "patients/site=a/delivery=2020-01-31/x.parquet"
    make(landed)
    landed.write_bytes(bytes(1000))
    monkeypatch.setattr("oncohort.workspace.LARGE_BYTES", 1000)
    assert "ONCOHORT_MODELS_AT_ONCE" not in workspace.environment()
    monkeypatch.setattr("oncohort.workspace.LARGE_BYTES", 999)
    assert workspace.environment()["ONCOHORT_MODELS_AT_ONCE"] == "1"


def test_current_is_a_publication_that_exists(workspace):
    assert workspace.current_id() is None
    make(workspace.current, "20200101T000000Z-0123abcd\n")
    assert workspace.current_publication() is None
    (workspace.published / "20200101T000000Z-0123abcd").mkdir()
    assert workspace.current_id() == "20200101T000000Z-0123abcd"
