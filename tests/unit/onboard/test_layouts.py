"""Files as they come: merged heads, encodings, portals, CDISC, wide, REDCap."""

import gzip
from pathlib import Path

import pytest
from drafts import columns, drafting, written


@pytest.fixture
def drafted(tmp_path):
    return drafting(tmp_path)


def test_groups_of_merged_cells_above_the_header_make_names_of_two_rows(
    tmp_path, drafted
):
    rows = [["Export for the registry"], ["Patient", "", "", "Menopause", ""]]
    rows += [["MRN", "Sex", "Race", "Status", "Status date"]]
    rows += [[f"P{n}", "F", "x", "pre", f"2012-03-{n}"] for n in range(10, 20)]
    written(tmp_path / "new", "patients.csv", rows)

    config, _, said = drafted()

    (file,) = config.files
    assert (file.header_line, file.header_rows) == (2, 2)
    assert columns(file, "patients")[0]["menopausal_status"] == "Menopause Status"
    assert "10 rows read, 10 landed" in said


def test_reads_gb18030_titles_totals_and_chinese_names(tmp_path, drafted):
    rows = [["某医院用药记录", "", ""], ["病案号", "药品名称", "开始日期"]]
    rows += [[f"00{n}", "曲妥珠单抗", f"2012年{n}月3日"] for n in range(1, 10)]
    rows += [["合计", "9", ""]]
    written(tmp_path / "new", "用药.csv", rows, encoding="gb18030")

    config, _, said = drafted()

    (file,) = config.files
    assert config.language == "zh"
    assert (file.encoding, file.header_line) == ("gb18030", 2)
    assert file.ignore_rows == ({"column": "病案号", "in": ["合计"]},)
    assert "10 rows read, 9 landed, 0 refused, 0 unreadable" in said


def test_reads_latin_1_although_some_words_look_like_chinese_pairs(tmp_path, drafted):
    rows = [["Patientennummer", "Wirkstoff", "Therapiebeginn", "Abbruchgrund"]]
    rows += [[f"P{n}", "Lapatinib", f"{n}.03.2012", "planmäßig"] for n in range(10, 20)]
    written(tmp_path / "new", "x.csv", rows, encoding="latin-1", delimiter=";")

    config, page, said = drafted()

    assert config.files[0].encoding == "latin-1"
    assert "planmäßig" in page
    assert "every one-byte encoding reads this file" in said


def test_names_of_cbioportal_stand_below_comments(tmp_path, drafted):
    head = ["#Patient Identifier\tSex", "#Identifier\tSex", "#STRING\tSTRING", "#1\t1"]
    lines = [*head, "PATIENT_ID\tSEX", *(f"P-{n}\tFemale" for n in range(20))]
    (tmp_path / "new").mkdir()
    with gzip.open(tmp_path / "new" / "data_clinical_patient.txt.gz", "wt") as file:
        file.write("\n".join(lines))

    config, _, _ = drafted()

    assert config.files[0].header_line == 5
    assert columns(config.files[0], "patients") == [
        {"record_no": "PATIENT_ID", "sex": "SEX"}
    ]


def test_cdisc_rows_of_other_tests_are_left_out_and_named(tmp_path, drafted):
    rows = [["STUDYID", "USUBJID", "RSTESTCD", "RSORRES", "RSDTC"]]
    for n in range(12):
        rows += [["S1", f"S1-{n}", "OVRLRESP", "PR", "2014-02-12"]]
        rows += [["S1", f"S1-{n}", "TRGRESP", "PR", "2014-02-12"]]
    written(tmp_path / "new", "rs.csv", rows)

    config, _, said = drafted()

    (entry,) = config.files[0].tables
    assert entry.when == ({"column": "RSTESTCD", "in": ["OVRLRESP"]},)
    assert columns(config.files[0], "assessments")[0]["record_no"] == "USUBJID"
    assert "left out: TRGRESP" in said


def test_wide_drugs_become_repeat(tmp_path, drafted):
    rows = [["MRN", "Drug1", "Drug1 start", "Drug2", "Drug2 start"]]
    rows += [[n, "Herceptin", "2012-03-04", "lapatinib", "2013-03-04"] for n in "abcd"]
    written(tmp_path / "new", "registry.csv", rows)

    _, page, said = drafted()

    assert "repeat: [1, 2]" in page
    assert '"Drug{} start"' in page
    assert "4 rows read, 8 landed" in said


def redcap(folder: Path) -> None:
    names = ("Variable / Field Name", "Form Name", "Field Type", "Field Label")
    fields = [
        ["record_id", "demographics", "text", "Record ID", ""],
        ["dob", "demographics", "text", "Date of birth", ""],
        ["gender", "demographics", "radio", "Sex", "1, Female | 2, Male"],
        ["er", "demographics", "radio", "ER status", "1, Positive | 0, Negative"],
        ["mets", "demographics", "checkbox", "Sites of metastasis", "1,Bone|2,Liver"],
        ["rx", "treatment", "text", "Drug name", ""],
        ["rx_on", "treatment", "text", "Start date", ""],
        ["rx_why", "treatment", "radio", "Reason stopped", "1, Toxicity | 2, Other"],
    ]
    head = [*names, "Choices, Calculations, OR Slider Labels"]
    written(folder, "dictionary.csv", [head, *fields])
    rows = [
        ["record_id", "redcap_repeat_instrument", "dob", "gender", "er", "mets___1"]
        + ["mets___2", "rx", "rx_on", "rx_why"]
    ]
    for n in range(1, 15):
        base = [n, "", f"1950-01-{n:02}", 1, n % 2, n % 3 % 2, 0, "", "", ""]
        drug = ["lapatinib", f"2012-03-{n:02}", 1 + n % 2]
        rows += [base, [n, "treatment", "", "", "", "", "", *drug]]
    written(folder, "data.csv", rows)


def test_redcap_export_and_its_dictionary(tmp_path, drafted):
    redcap(tmp_path / "new")

    config, _, said = drafted()

    (file,) = config.files
    assert file.dictionary == "dictionary.csv"
    assert columns(file, "patients") == [
        {"record_no": "record_id", "sex": "gender", "birth_on": "dob"}
    ]
    assert columns(file, "treatments") == [
        {"record_no": "record_id", "drug": "rx", "started_on": "rx_on"}
        | {"stop_reason": "rx_why"}
    ]
    assert [c["organ"] for c in columns(file, "metastases")] == ["mets___1", "mets___2"]
    (er,) = columns(file, "biomarkers")
    assert (er["marker"], er["result"]) == ("=er", "er")
    assert "0 refused, 0 unreadable" in said
