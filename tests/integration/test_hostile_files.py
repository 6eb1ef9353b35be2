"""Files made to harm are refused with a clear message, or land as harmless text."""

import gzip
import io
import zipfile

import openpyxl
import pytest
from workspaces import FILE_X

from oncohort.errors import ConfigError


def workbook(change=lambda sheet: None):
    book = openpyxl.Workbook()
    book.active.append(["no", "race"])
    book.active.append(["1", "a"])
    change(book.active)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_member(data, name, change):
    """The workbook with the text of one member changed."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for member in source.namelist():
            text = source.read(member)
            target.writestr(member, change(text) if member == name else text)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def test_a_gzip_bomb_of_one_line(refusal):
    data = gzip.compress(b"no,race\n" + b"0" * (64 << 20))

    assert "a line does not end" in refusal("x.csv.gz", data).message


def test_a_gzip_bomb_of_many_lines(refusal, monkeypatch):
    for module in ("scan_delimited.MAX_BYTES", "read_delimited.MAX_CHARACTERS"):
        monkeypatch.setattr(f"oncohort.receive.{module}", 1 << 20)
    data = gzip.compress(b"no,race\n" + b"1,a\n" * (1 << 20))

    assert "larger than" in refusal("x.csv.gz", data).message


def test_a_workbook_that_is_a_bomb(refusal, monkeypatch):
    monkeypatch.setattr("oncohort.receive.read_workbook.MAX_BYTES", 4 << 20)
    data = with_member(workbook(), SHEET, lambda text: text + b" " * (8 << 20))

    assert "8 MB unpacked, more than 4 MB" in refusal("x.xlsx", data, "xlsx").message


def test_a_workbook_that_lies_about_its_size(refusal):
    data = with_member(workbook(), SHEET, lambda text: text + b" " * (8 << 20))
    size = len(zipfile.ZipFile(io.BytesIO(data)).read(SHEET)).to_bytes(4, "little")
    assert data.count(size) == 2  # before the member, and in the list

    lying = data.replace(size, (1000).to_bytes(4, "little"))

    assert "cannot be opened" in refusal("x.xlsx", lying, "xlsx").message


def test_one_value_far_out_makes_no_huge_sheet(refusal):
    data = workbook(lambda sheet: sheet.cell(1_048_576, 16_384, "x"))

    problem = refusal("x.xlsx", data, "xlsx")

    assert "17,179,869,184 cells" in problem.message


def test_a_huge_dimension_and_far_formats_are_nothing(hospital):
    def change(text):
        far = b'<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'
        text = text.replace(b'ref="A1:B2"', b'ref="A1:XFD1048576"')
        return text.replace(b"</sheetData>", far)

    hospital.describe(files=FILE_X.format(format="xlsx"))
    hospital.deliver("x.xlsx", with_member(workbook(), SHEET, change))

    (verdict,) = hospital.receive()

    assert verdict.status == "accepted"
    assert hospital.rows("patients", "record_no, race") == [("1", "a")]


def test_external_links_of_a_workbook_are_not_followed(hospital):
    def change(sheet):
        sheet["B2"] = "='http://localhost:1/[x.xlsx]Sheet1'!A1"
        sheet["B2"].hyperlink = "http://localhost:1/"

    hospital.describe(files=FILE_X.format(format="xlsx"))
    hospital.deliver("x.xlsx", workbook(change))

    (verdict,) = hospital.receive()

    # a formula without a value that was stored with it is nothing
    assert verdict.status == "accepted"
    assert hospital.rows("patients", "record_no, race") == [("1", None)]


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_a_value_of_ten_megabytes(refusal, format):
    if format == "csv":
        data = b'no,race\n1,a\n2,"' + b"x" * (10 << 20) + b'"\n'
    else:
        far = b"<t>" + b"x" * (10 << 20) + b"</t>"
        data = with_member(workbook(), SHEET, lambda t: t.replace(b"<t>a</t>", far))

    problem = refusal(f"x.{format}", data, format)

    assert "a value of 10,485,760 characters, more than 1,048,576" in problem.message
    assert (problem.line, problem.column) == (3 if format == "csv" else 2, "race")


@pytest.mark.parametrize("n_rows", [1, 400_000])
def test_nul_bytes(refusal, n_rows):
    data = b"no,race\n" + b"1,a\n" * n_rows + b"2,a\0b\n"

    problem = refusal("x.csv", data)

    assert "NUL" in problem.message and problem.line == n_rows + 2


FORMULAS = ["=cmd|' /C calc'!A0", "+1+1", "@SUM(A1)", "-2+3", '=HYPERLINK("http://x")']


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_cells_that_look_like_formulas_land_as_text(hospital, format):
    quoted = [f.replace('"', '""') for f in FORMULAS]
    data = "no,race\n" + "".join(f'{n},"{f}"\n' for n, f in enumerate(quoted))
    if format == "xlsx":

        def change(sheet):
            for number, formula in enumerate(FORMULAS):
                for column, value in ((1, str(number)), (2, formula)):
                    cell = sheet.cell(number + 2, column, value)
                    cell.data_type = "s"

        data = workbook(change)
    hospital.describe(files=FILE_X.format(format=format))
    hospital.deliver(f"x.{format}", data)

    hospital.receive()

    landed = hospital.rows("patients", "record_no, race")
    assert landed == [(str(n), f) for n, f in enumerate(FORMULAS)]


NAMES = ["x.'; drop table patients; --", "x.%2e%2e%2fetc", "x.\\..\\y", "x.{}[0]"]


@pytest.mark.parametrize("name", NAMES)
def test_a_file_name_is_a_name_and_nothing_more(hospital, name):
    hospital.describe(files=FILE_X.format(format="csv"))
    hospital.deliver(name, "no,race\n1,a\n")

    (verdict,) = hospital.receive()

    assert verdict.status == "accepted"
    assert hospital.rows("patients", "source_file, race") == [(name, "a")]


@pytest.mark.parametrize("site", ["a'b", "a b", "%2e%2e"])
def test_a_site_folder_with_a_tricky_name_is_no_site(hospital, site):
    hospital.deliver("x.csv", "no,race\n1,a\n", site=site)

    (verdict,) = hospital.receive()

    assert f"`{site}` is not a known site" in verdict.problems[0].message


def test_a_site_asked_for_by_a_path_is_not_found(hospital):
    from oncohort.receive.run import receive

    hospital.deliver("x.csv", "no,race\n1,a\n")

    with pytest.raises(ConfigError, match="has no delivery"):
        receive(hospital.workspace, site="../extracts/clinic")


@pytest.mark.parametrize(
    "setting",
    [
        "!!python/object/apply:os.system ['touch pwned']",
        "!!python/object:oncohort.workspace.Workspace {}",
        "!!python/module:antigravity x",
        "!unknown x",
    ],
)
def test_yaml_that_asks_for_objects_is_not_obeyed(hospital, setting):
    path = hospital.describe()
    path.write_text(path.read_text().replace("Clinic (made up)", setting, 1))
    hospital.deliver("patients.csv", "no,sex,born\n1,F,1950\n")

    problem = hospital.refusal()

    assert "not valid YAML" in problem.message and problem.line == 2


def test_yaml_of_aliases_of_aliases_is_refused(hospital):
    bomb = "a0: &a0 [x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
    )
    path = hospital.describe()
    path.write_text(bomb + path.read_text())
    hospital.deliver("patients.csv", "no,sex,born\n1,F,1950\n")

    assert "repeats itself too often" in hospital.refusal().message
