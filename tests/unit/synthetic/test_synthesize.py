import gzip
from collections import Counter
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow.parquet
import pyreadstat
import pytest
from python_calamine import CalamineWorkbook

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
TEXT = ("ascii", "utf-8-sig", "gb18030", "latin-1")
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
    assert same == ["extracts/hospital_g/2020-02-03/LXTBP_DataDictionary.csv"]
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
    if name.endswith(("truth.csv", "DataDictionary.csv")):
        return []
    if name.endswith((".xlsx", ".xls")):
        book = CalamineWorkbook.from_filelike(BytesIO(content))
        first, last = (2, 4) if name.endswith(".xlsx") else (1, 2)
        sheets = [
            book.get_sheet_by_name(sheet).to_python() for sheet in book.sheet_names
        ]
        return [cell for rows in sheets for row in rows[first:last] for cell in row]
    if name.endswith(".parquet"):
        return pyarrow.parquet.read_schema(BytesIO(content)).names
    if name.endswith(".sav"):
        with TemporaryDirectory() as folder:
            path = Path(folder) / "table.sav"
            path.write_bytes(content)
            return pyreadstat.read_sav(path, metadataonly=True)[1].column_names
    first = next(line for encoding, line in first_lines(content) if line)
    return first.replace(";", ",").replace("\t", ",").split(",")


def first_lines(content):
    """Encodings in which a text can be read, with its first line."""
    if content[:2] == b"\x1f\x8b":
        content = gzip.decompress(content)
    for encoding in ("utf-16",) if content[:2] == b"\xff\xfe" else TEXT:
        try:
            yield encoding, content.decode(encoding).splitlines()[0]
        except UnicodeDecodeError:
            continue


def test_hospitals_write_in_eight_dialects(made):
    written = {}
    for name, content in made.bytes.items():
        if name.startswith("extracts/"):
            text = name.endswith((".csv", ".gz"))
            kind = next(first_lines(content))[0] if text else name.rsplit(".")[-1]
            written.setdefault(name.split("/")[1], set()).add(kind)
    assert written == {
        "hospital_a": {"utf-8-sig", "parquet"},
        "hospital_b": {"gb18030"},
        "hospital_c": {"xlsx"},
        "hospital_d": {"ascii", "latin-1"},
        "hospital_e": {"sav"},
        "hospital_f": {"xls"},
        "hospital_g": {"ascii"},
        "hospital_h": {"utf-16"},
    }


def test_three_hospitals_send_several_deliveries(made):
    days = Counter(
        Path(n).parts[1]
        for n in {str(Path(n).parent) for n in made.bytes}
        if "extracts" in n
    )
    assert {site: n for site, n in days.items() if n > 1} == {
        "hospital_a": 3,
        "hospital_b": 2,
        "hospital_d": 2,
    }


def test_lines_end_in_three_ways_and_inside_a_value(made):
    visits = made.bytes["extracts/hospital_h/2019-12-23/随访.tsv.gz"]
    drugs = made.bytes["extracts/hospital_h/2019-12-23/药物治疗.tsv.gz"]
    visits, drugs = (gzip.decompress(c).decode("utf-16") for c in (visits, drugs))
    assert "\n" not in visits and visits.count("\r") > 800
    assert drugs.count("\r\n") == drugs.count("\n") > 800
    events = made.bytes["extracts/hospital_d/2019-11-25/AE.csv"].decode("latin-1")
    assert "traitement «symptomatique»,\nreprise" in events
    assert events.splitlines()[-1].startswith("Total;")
    drugs = made.bytes["extracts/hospital_d/2019-11-25/DrugRows.csv"].decode("latin-1")
    assert drugs.count("PatID;") == 2


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
