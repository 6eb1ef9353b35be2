import csv
import gzip
import re
from pathlib import Path

import pytest
from compare import drafted_pairs, pairs_of

from oncohort.errors import ConfigError
from oncohort.onboard.run import onboard
from oncohort.receive.site_config import read_site
from oncohort.workspace import Workspace, project_root

# msk: files of a portal, wide by tissue, which drafting was never shown: there it finds
# two in five columns, and proposes some that a person left out with a reason
SITES = sorted(
    path.name for path in (project_root() / "sites").iterdir() if path.name != "msk"
)
FOUND = 0.9


def written(folder: Path, name: str, rows, encoding="utf-8", **form) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / name).open("w", encoding=encoding, newline="") as file:
        csv.writer(file, **form).writerows(rows)


@pytest.fixture
def drafted(tmp_path):
    """Onboard tmp_path/new; return the configuration, the page and what was said."""

    def draft(site="new", language=None):
        said = []
        workspace = Workspace(tmp_path / "workspace")
        path = onboard(workspace, tmp_path / "new", site, language, said.append)
        page = path.read_text(encoding="utf-8")
        return read_site(path.parent, "shown"), page, "\n".join(said)

    return draft


def columns(file, table):
    """Return the columns of a file's entries for a table, constants as `=value`."""
    return [
        {
            name: column.sources[0] if column.sources else f"={column.value}"
            for name, column in entry.columns.items()
        }
        for entry in file.tables
        if entry.table == table
    ]


@pytest.mark.parametrize("site", SITES)
def test_finds_nine_of_ten_columns_that_a_person_mapped(site, tmp_path):
    delivery = min((project_root() / "extracts" / site).iterdir())
    files = {
        path.relative_to(delivery).as_posix(): path
        for path in sorted(delivery.rglob("*"))
        if path.is_file()
    }
    wanted = pairs_of(project_root() / "sites" / site, files)

    found = drafted_pairs(files, tmp_path / site)

    assert len(wanted & found) / len(wanted) >= FOUND, sorted(wanted - found)
    assert len(found - wanted) <= 0.1 * len(wanted), sorted(found - wanted)


def test_leaves_day_or_month_first_to_a_person_unless_a_value_tells(tmp_path, drafted):
    rows = [["Patient ID", "Date of birth", "Sex"]]
    rows += [[f"P{n}", f"0{n}/05/1960", "F"] for n in range(1, 9)]
    written(tmp_path / "new", "patients.csv", rows)

    config, page, said = drafted()

    assert "day/month or month/day? no value tells" in said
    assert "1960" not in said + page  # a birth date is not shown
    assert config.files[0].dates == ()


def test_takes_the_order_of_day_and_month_from_evidence(tmp_path, drafted):
    rows = [["Patient ID", "Date of birth", "Sex"]]
    rows += [[f"P{n}", f"05/{n}/1960", "F"] for n in range(1, 20)]
    written(tmp_path / "new", "patients.csv", rows)

    config, _, said = drafted()

    assert config.files[0].dates == ("%m/%d/%Y",)
    assert "0 unreadable" in said


@pytest.mark.parametrize(
    ("last", "asked"),
    [("58", "two-digit years: add `year_pivot`"), ("09", "day, month or year first?")],
)
def test_asks_for_the_pivot_of_two_digit_years(last, asked, tmp_path, drafted):
    rows = [["Patient ID", "Sex", "Date of birth"]]
    rows += [[f"P{n}", "F", f"{n:02}.11.{last}"] for n in range(1, 20)]
    written(tmp_path / "new", "patients.csv", rows, delimiter=";")

    config, page, said = drafted()

    assert asked in said
    assert config.files[0].dates == ()
    assert f".11.{last}" not in page + said


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


HOSTILE = [
    *(": {", "- x", "# no", "!!python/object/apply:os.system [x]", "&a *a", "'\""),
    *("a\nb: c", "{}", "=cmd|' /C calc'!A0", "\x07\u2028bell", "yes", "null"),
]


def test_hostile_headers_and_values_read_back_as_they_are(tmp_path, drafted):
    head = ["Patient ID", "Drug", *HOSTILE]
    rows = [[f"P{n}", word, *HOSTILE] for n, word in enumerate(HOSTILE * 2)]
    written(tmp_path / "new", "drugs [1] *.csv", [head, *rows])
    written(tmp_path / "new", "sex.csv", [[": {", "Sex", "MRN: !!x"], ["a", "F", "b"]])

    config, page, said = drafted()

    assert config.files[0].tables[0].columns["drug"].sources == ("Drug",)
    # no list knows such drugs, so the gate says no; the file is read whole all the same
    assert "treatments.drug.half_known (critical) failed" in said
    assert "drugs [1] *.csv: 24 rows read, 24 landed, 0 refused" in said
    assert not re.search(r"[\x00-\x08\u2028]", page)


def test_identifying_columns_are_never_shown(tmp_path, drafted):
    rows = [["MRN", "Name", "ID card number", "Sex", "Phone"]]
    rows += [
        [f"no{n}", "Secretname", f"nat{n}", "F", f"5550{n}"] for n in range(100, 130)
    ]
    written(tmp_path / "new", "patients.csv", rows)

    _, page, said = drafted()

    assert not re.search(r"no1\d\d|Secretname|nat1\d\d|5550", page + said)
    assert "columns not mapped: Phone" in said


def test_never_overwrites(tmp_path, drafted):
    written(tmp_path / "new", "p.csv", [["MRN", "Sex"], ["1", "F"], ["2", "M"]])
    _, page, _ = drafted()

    with pytest.raises(ConfigError, match="never overwritten"):
        drafted()
    with pytest.raises(ConfigError, match="never overwritten"):
        drafted(site="hospital_a")


def test_refuses_what_is_no_table(tmp_path, drafted):
    written(tmp_path / "new", "readme.txt", [["Dear colleague"], ["see you"]])

    with pytest.raises(ConfigError, match="no file holds a table"):
        drafted()
    with pytest.raises(ConfigError, match="no name of a site"):
        drafted(site="../x")


def test_asks_about_units_that_do_not_look_like_the_contracts(tmp_path, drafted):
    rows = [["MRN", "Start", "Total dose (Gy)"]]
    rows += [[f"P{n}", f"2012-03-{n}", "5000"] for n in range(10, 20)]
    written(tmp_path / "new", "radiotherapy.csv", rows)

    _, _, said = drafted()

    assert "as dose_gy: usually 5000; are these cGy?" in said


def test_a_rows_own_number_is_not_the_patients(tmp_path, drafted):
    rows = [["record_id", "patient_id", "drug", "start_date"]]
    rows += [[n, f"P{n % 7}", "lapatinib", f"2012-03-{n}"] for n in range(10, 30)]
    written(tmp_path / "new", "drugs.csv", rows)

    config, _, _ = drafted()

    assert columns(config.files[0], "treatments")[0]["record_no"] == "patient_id"


def test_numbers_and_yes_or_no_are_no_words_of_a_code_list(tmp_path, drafted):
    head = ["PATIENT_ID", "SEX", "AGE_AT_DIAGNOSIS", "CHEMOTHERAPY"]
    rows = [[f"P{n}", "F", n / 3 + 30, "YES" if n % 2 else "NO"] for n in range(100)]
    written(tmp_path / "new", "clinical_patient.csv", [head, *rows])

    config, page, _ = drafted()

    used = {
        source
        for entry in config.files[0].tables
        for column in entry.columns.values()
        for source in column.sources
    }
    assert used == {"PATIENT_ID", "SEX"}
    assert "columns not mapped: AGE_AT_DIAGNOSIS, CHEMOTHERAPY" in page
