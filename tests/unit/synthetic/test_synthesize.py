from io import BytesIO

import openpyxl
import pytest

# Table 1-5 of the print, typed by hand: column, value, LX, TBP.
PRINTED = [
    ("is_eligible", "true", 255, 299),
    ("age_group", "lt50", 137, 161),
    ("age_group", "ge50", 59, 95),
    ("age_group", "unknown", 59, 43),
    ("menopausal_status", "premenopausal", 40, 68),
    ("menopausal_status", "postmenopausal", 182, 204),
    ("hr_status", "negative", 136, 145),
    ("hr_status", "positive", 92, 139),
    ("is_stage_i_at_diagnosis", "true", 32, 55),
    ("has_lung_metastases", "true", 123, 162),
    ("has_liver_metastases", "true", 109, 143),
    ("has_bone_metastases", "true", 62, 86),
    ("has_brain_metastases", "true", 24, 34),
    ("has_other_metastases", "true", 131, 150),
    ("resistance", "primary", 96, 109),
    ("line_no", "1", 37, 43),
    ("line_no", "2", 94, 164),
    ("line_no", "3", 124, 92),
    ("has_adjuvant_hormonal_therapy", "true", 76, 96),
    ("has_metastatic_hormonal_therapy", "true", 60, 91),
    ("has_adjuvant_radiotherapy", "true", 86, 104),
    ("has_metastatic_radiotherapy", "true", 44, 54),
    ("is_adjuvant_trastuzumab_failure", "true", 37, 43),
    ("has_adjuvant_trastuzumab", "true", 78, 67),
    ("has_taxane", "true", 0, 146),
    ("has_gemcitabine", "true", 0, 75),
    ("has_cisplatin", "true", 0, 60),
    ("is_cns_evaluable", "true", 203, 248),
    ("has_new_cns_metastases", "true", 6, 11),
    ("has_cns_progression_of_baseline", "true", 6, 20),
    ("is_safety_evaluable", "true", 236, 296),
    ("worst_grade_diarrhoea", "grade_3_4", 12, 0),
    ("worst_grade_hand_foot_syndrome", "grade_3_4", 24, 0),
    ("best_response_code", "NE", 32, 32),
    ("is_pfs_event", "true", 203, 267),
]
DERIVED = ("arm", "resist", "line", "pfs", "os_", "耐药", "线", "无进展")
DRAWN = ("site_id", "record_no", "death_on", "last_known_alive_on", "first_drug_on",
         "time_zero_on", "resistance_on", "metastatic_on", "resistance_setting",
         "arm", "line_no", "resistance")  # fmt: skip


def test_the_same_seed_gives_the_same_bytes(made, made_again):
    assert made.bytes == made_again.bytes


def test_the_committed_extracts_are_those_of_the_default_seed(made, root):
    for name, content in made.bytes.items():
        kept = root / ("tests/reference/truth.csv" if name == "truth.csv" else name)
        assert kept.read_bytes() == content, name
    kept = {
        str(path.relative_to(root))
        for path in root.glob("extracts/hospital_*/**/*")
        if path.is_file()
    }
    assert kept == set(made.bytes) - {"truth.csv"}


def test_another_seed_gives_other_bytes_and_the_same_findings(made, made_otherwise):
    same = [
        n for n, content in made.bytes.items() if made_otherwise.bytes[n] == content
    ]
    assert same == []
    for ours, theirs in zip(made.truth, made_otherwise.truth, strict=True):
        known = ours if ours["is_eligible"] == "true" else {"first_failed_criterion"}
        drawn = {*DRAWN} - {"arm", "line_no", "resistance", "resistance_setting"}
        for name in set(known) - drawn:
            assert ours[name] == theirs[name], (ours["truth_patient"], name)


@pytest.mark.parametrize(("column", "value", "lx", "tbp"), PRINTED)
def test_counts_are_those_of_the_print(made, column, value, lx, tbp):
    assert made.count(column, value, "LX") == lx
    assert made.count(column, value, "TBP") == tbp


def test_each_criterion_is_failed_first_by_twenty_or_more(made):
    failed = [row["first_failed_criterion"] for row in made.truth]
    counts = {number: failed.count(str(number)) for number in range(1, 10)}
    assert min(counts.values()) >= 20
    assert sum(counts.values()) >= 250


def test_no_header_names_anything_derived(made):
    for name, content in made.bytes.items():
        for header in headers(name, content):
            word = str(header).lower()
            parts = word.replace("_", " ").split()
            assert not any(bad in parts or bad in word[:3] for bad in DERIVED), header


def headers(name, content):
    if name == "truth.csv":
        return []
    if name.endswith(".xlsx"):
        book = openpyxl.load_workbook(BytesIO(content), read_only=True)
        return [cell for sheet in book for cell in row_of(sheet, 2)]
    first = content.split(b"\n", 1)[0]
    try:
        return first.decode("utf-8").split(",")
    except UnicodeDecodeError:
        return first.decode("gb18030").split(",")


def row_of(sheet, number):
    rows = sheet.iter_rows(min_row=number, max_row=number, values_only=True)
    return list(next(rows))


def test_hospitals_write_in_three_ways(made):
    names = list(made.bytes)
    assert sum(name.endswith(".xlsx") for name in names) == 2
    undecodable = 0
    for name, content in made.bytes.items():
        if name.endswith(".csv"):
            try:
                content.decode("utf-8")
            except UnicodeDecodeError:
                content.decode("gb18030")
                undecodable += 1
    assert undecodable > 25


def test_record_numbers_keep_zeros_and_repeat_across_hospitals(made):
    numbers = [row["record_no"] for row in made.truth]
    pairs = {(row["site_id"], row["record_no"]) for row in made.truth}
    assert all(number.startswith("0") for number in numbers)
    assert len(pairs) == len(numbers)
    assert len(set(numbers)) <= len(numbers) - 6


def test_extracts_stay_small(made):
    sizes = [len(content) for content in made.bytes.values()]
    assert max(sizes) < 3_000_000
    assert sum(sizes) < 6_000_000
