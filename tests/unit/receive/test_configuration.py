import shutil

from oncohort.receive.run import prepare

PARAMETERS = "parameter,value,unit,reason,source\nwindow, 3 ,months,,print\n"


def study(workspace, text, name="my_study"):
    folder = workspace.root / "studies" / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "study_parameters.csv").write_text(text, encoding="utf-8")
    return folder


def test_every_table_has_a_zero_row_file_with_its_schema(hospital):
    prepare(hospital.workspace)

    assert hospital.rows("patients", "source_line, record_no") == []
    assert hospital.rows("sites", "is_made_up") == []
    before = {p: p.stat().st_mtime_ns for p in hospital.landing_bytes()}
    prepare(hospital.workspace)
    assert {p: p.stat().st_mtime_ns for p in hospital.landing_bytes()} == before


def test_sites_and_their_codes_land(hospital):
    codes = hospital.workspace.root / "sites" / "clinic" / "codes.csv"
    codes.write_text("code_list,term,code\nsex,女,female\n", encoding="utf-8-sig")

    hospital.receive()

    assert hospital.rows("sites", "site_id, title, is_made_up") == [
        ("clinic", "Clinic (made up)", True)
    ]
    assert hospital.rows("site_codes", "*") == [("clinic", "sex", "女", "female")]


def test_a_study_of_the_workspace_lands_and_leaves(hospital):
    folder = study(hospital.workspace, PARAMETERS)

    hospital.receive()

    assert hospital.rows("study_parameters", "*") == [
        ("my_study", "window", "3", "months", None, "print")
    ]
    shutil.rmtree(folder)
    hospital.receive()
    assert hospital.rows("study_parameters", "*") == []


def test_a_wrong_study_csv_is_told(hospital):
    study(hospital.workspace, "parameter,value\nwindow,3\n", "a")
    study(hospital.workspace, PARAMETERS + "x,1\n", "b")
    study(
        hospital.workspace, "study_id," + PARAMETERS.replace("window", "c,window"), "c"
    )
    study(
        hospital.workspace, "study_id," + PARAMETERS.replace("window", "e,window"), "d"
    )

    missing, ragged, foreign = [v.problems[0] for v in hospital.receive()]

    assert (missing.file, missing.column) == ("studies/a/study_parameters.csv", "unit")
    assert (ragged.file, ragged.line) == ("studies/b/study_parameters.csv", 3)
    assert (foreign.line, foreign.value) == (2, "e")
    assert hospital.rows("study_parameters", "study_id") == [("c",)]


def test_a_site_that_vanished_keeps_its_landed_rows(hospital):
    hospital.deliver("patients.csv", "no,sex,born\n1,F,1950\n")
    hospital.receive()
    shutil.rmtree(hospital.workspace.root / "sites")
    shutil.rmtree(hospital.workspace.extracts / "clinic")

    assert hospital.receive() == []

    assert hospital.rows("sites", "site_id") == [("clinic",)]
    for landed in hospital.workspace.landing.glob("*/site=clinic/delivery=*"):
        shutil.rmtree(landed)
    shutil.rmtree(hospital.workspace.landing / "deliveries" / "site=clinic")
    hospital.receive()
    assert hospital.rows("sites", "site_id") == []
