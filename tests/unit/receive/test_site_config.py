"""Every mistake in `site.yml` is told with its line and what would be right."""

import pytest

from oncohort.errors import ConfigError
from oncohort.receive.site_config import read_site

GOOD = """\
site_id: clinic
title: Clinic
language: en
made_up: true
source: a test
defaults:
  encoding: gb18030
files:
  - match: "*.csv"
    tables:
      - table: patients
        columns:
          record_no: no
          birth_on: {from: born}
"""


def problem(hospital, text):
    path = hospital.write_site(text)
    with pytest.raises(ConfigError) as error:
        read_site(path.parent, "sites/clinic")
    assert error.value.file == "sites/clinic/site.yml"
    assert error.value.exit_code == 2
    return error.value


def test_a_good_page_has_defaults(hospital):
    site = read_site(hospital.write_site(GOOD).parent, "sites/clinic")

    (file,) = site.files
    assert (site.is_made_up, file.encoding, file.delimiter) == (True, "gb18030", ",")
    assert file.tables[0].key == ("record_no",)


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("title: Clinic\n", "", None, "lacks the setting `title`"),
        ("match:", "mach:", 9, "unknown setting `mach`; did you mean `match`?"),
        ("language: en", "language: fr", 3, "not one of: en, zh"),
        ("made_up: true", "made_up: yes", 4, "not one of: true, false"),
        ("site_id: clinic", "site_id: Clinic", 1, "lower-case letters"),
        ("site_id: clinic", "site_id: other", 1, "but the folder is `clinic`"),
        ("gb18030", "gb99", 7, "`gb99`, not an encoding that Python knows"),
        ("table: patients", "table: patient", 11, "did you mean `patients`?"),
        ("birth_on:", "birth_date:", 14, "has no column `birth_date`"),
        ("record_no: no", "sex: no", 12, "needs a column for `record_no`"),
        ("record_no: no", "patient_id: no", 13, "has no column `patient_id`"),
        ("{from: born}", "{form: born}", 14, "unknown setting `form`"),
        ("{from: born}", "{dates: ['%Y']}", 14, "from / value"),
        ("{from: born}", "{from: born, value: x}", 14, "from / value"),
        ("record_no: no", "record_no: {from: no, dates: ['%Y']}", 13, "is not a date"),
        ("{from: born}", "{from: born, dates: ['%d/%m']}", 14, "names the year"),
        ('"*.csv"', "../*.csv", 9, "inside the delivery's folder"),
        ('"*.csv"', "/etc/passwd", 9, "inside the delivery's folder"),
        ('"*.csv"', "C:\\x.csv", 9, "inside the delivery's folder"),
        ("record_no: no", "record_no: no\n          record_no: x", 14, "stands twice"),
        ("title: Clinic", "title: !!python/name:os.system x", 2, "not valid YAML"),
        ("title: Clinic", "title: [", 4, "not valid YAML"),
        ("{from: born}", "{from: born, dates: ['%d.%m.%y']}", 14, "`year_pivot`"),
        ("gb18030", "utf-8\n  dates: ['%y']", 8, "needs `year_pivot`"),
        ("gb18030", "utf-8\n  dates: [excel-1905]", 8, "excel-1904"),
        ("gb18030", "utf-8\n  year_pivot: 1930", 8, "two-digit year"),
        ("gb18030", "utf-8\n  decimal: ;", 8, "not one of: ., ,"),
        ('"*.csv"', "x\n    format: sas", 10, "csv, xlsx, xls, sav, parquet"),
        ('"*.csv"', "x\n    header_rows: 0", 10, "1 to 9"),
        ('"*.csv"', "x\n    header_rows: 2\n    data_line: 2", 11, "come after"),
        ('"*.csv"', "x\n    labels: true", 10, "by a `dictionary` only"),
        ('"*.csv"', "x\n    dictionary: ../d.csv", 10, "inside the delivery"),
        ('"*.csv"', "x\n    ignore_rows: [{column: a}]", 10, "one of not_null, in"),
        ("patients\n", "patients\n        repeat: ['1']\n", 12, "`repeat` needs"),
        ("gb18030", "utf-8\n  date_basis: offset", 8, "needs an `anchor`"),
        ("{from: born}", "{from: born, days_per_unit: 7}", 14, "date_basis: offset"),
        ("{from: born}", "{from: born, part: 'a'}", 14, "with one group"),
        ("{from: born}", "{from: born, part: '(a'}", 14, "with one group"),
        ("{from: born}", "{from: born, part: '(a)(?=b)'}", 14, "with one group"),
    ],
)
def test_a_mistake_is_told_with_its_line(hospital, old, new, line, message):
    assert old in GOOD

    found = problem(hospital, GOOD.replace(old, new, 1))

    assert message in found.message
    assert found.line == line


def test_delete_when_needs_changes(hospital):
    condition = "    delete_when: {column: state, in: [x]}\n"

    found = problem(hospital, GOOD.replace("    tables:", condition + "    tables:"))

    assert "needs `delivery_kind: changes`" in found.message
    assert found.line == 10


def test_a_table_is_full_or_changes_not_both(hospital):
    second = """\
  - match: b.csv
    delivery_kind: changes
    tables: [{table: patients, columns: {record_no: no}}]
"""

    assert "a full and a changes file" in problem(hospital, GOOD + second).message


def test_a_page_too_large_is_not_read(hospital):
    found = problem(hospital, GOOD + "#" * (1 << 20))

    assert "too large" in found.message


def test_a_broken_page_is_told_and_other_sites_land(hospital):
    hospital.write_site("title: [", "broken")
    hospital.deliver("patients.csv", "no,sex,born\n1,F,1950\n")

    first, second = hospital.receive()

    assert (first.site_id, first.status) == ("clinic", "accepted")
    assert second.name == "configuration"
    assert second.problems[0].file == "sites/broken/site.yml"


@pytest.mark.parametrize(
    ("text", "message"),
    [("", "is empty"), ("# a comment\n", "is empty"), ("- a\n", "has no settings")],
)
def test_a_page_without_settings_is_told(hospital, text, message):
    assert message in problem(hospital, text).message
