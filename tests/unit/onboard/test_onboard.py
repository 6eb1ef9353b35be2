import re

import pytest
from compare import drafted_pairs, pairs_of
from drafts import columns, drafting, written

from oncohort.errors import ConfigError
from oncohort.workspace import project_root

# msk: files of a portal, wide by tissue, which drafting was never shown: there it finds
# two in five columns, and proposes some that a person left out with a reason
SITES = sorted(
    path.name for path in (project_root() / "sites").iterdir() if path.name != "msk"
)
FOUND = 0.9


@pytest.fixture
def drafted(tmp_path):
    return drafting(tmp_path)


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
