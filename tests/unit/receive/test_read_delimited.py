import gzip

import pytest

from oncohort.errors import DeliveryRefused
from oncohort.receive.read_delimited import read_delimited
from oncohort.receive.site_config import FileConfig


def config(**settings):
    return FileConfig(match="x", tables=(), **settings)


@pytest.fixture
def read(tmp_path):
    def read_bytes(data, name="x.csv", **settings):
        path = tmp_path / name
        path.write_bytes(data)
        table = read_delimited(path, name, config(**settings))
        table.rows = list(table.rows)
        return table

    return read_bytes


def rows(table):
    return [(*cells, line) for line, cells in table.rows]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("last", [b"", b"\n", b"\n\n"])
def test_lines_are_right_with_any_line_end(read, end, last):
    data = b'a,b\n1,x\n\n2,"two\nlines"\n3,z' + last

    table = read(data.replace(b"\n", end))

    inner = "two" + end.decode() + "lines"
    assert rows(table) == [("1", "x", 2), ("2", inner, 4), ("3", "z", 6)]


def test_header_over_two_lines_below_titles(read):
    table = read(b'Export of today\n\n"no","date\nof birth"\n1,1950\n', header_line=3)

    assert table.header == ["no", "date of birth"]
    assert rows(table) == [("1", "1950", 5)]


def test_first_data_line_may_be_further_down(read):
    table = read(b"no,x\nlong name,y\nid 1,id 2\n1,a\n", data_line=4)

    assert rows(table) == [("1", "a", 4)]


def test_lines_of_ragged_rows_with_quoted_line_ends(read):
    table = read(b'a,b\n"1\n1",x\n"2\n2"\n3,y\n4,y,z\n5,z\n')

    assert [row[-1] for row in rows(table)] == [2, 6, 8]
    assert {line: text for line, (_, text) in table.refused.items()} == {
        4: '"2\n2"',
        7: "4,y,z",
    }


def test_ragged_rows_far_apart_keep_their_lines(read):
    lines = [f"{number},value {number}" for number in range(1, 2001)]
    lines[500] += ",too many"
    lines[1500] = "too few"

    table = read(("a,b\n" + "\n".join(lines) + "\n").encode())

    assert list(table.refused) == [502, 1502]
    assert rows(table)[-1] == ("2000", "value 2000", 2001)
    assert all(int(first) == line - 1 for first, _, line in rows(table))


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("gb18030", "编号,药物\n1,曲妥珠单抗\n"),
        ("utf-16", "编号,药物\n1,曲妥珠单抗\n"),
        ("utf-8", "\ufeff编号,药物\n1,曲妥珠单抗\n"),
        ("big5", "編號,藥物\n1,藥\n"),
        ("latin-1", "numéro,médicament\n1,Ü\n"),
    ],
)
def test_encodings_survive_unharmed(read, encoding, text):
    header, row = text.lstrip("\ufeff").splitlines()
    # long enough that chunks of any size cut through characters
    many = text + (row + "\n") * 9_999

    table = read(many.encode(encoding), encoding=encoding)

    assert table.header == header.split(",")
    assert rows(table) == [(*row.split(","), line) for line in range(2, 10_002)]


@pytest.mark.parametrize("n_bytes", [0, *range(8192 - 30, 8192)])
def test_the_undecodable_byte_is_found_across_chunks(read, n_bytes):
    # the decoder's chunks of 8192 bytes end within a character, between CR and LF
    before = ("x" * n_bytes + "病,x\r\n病1,a\r\n2,x病").encode()

    with pytest.raises(DeliveryRefused) as refusal:
        read(before + b"\xff\r\n")

    assert f"ff at byte {len(before)}" in refusal.value.message
    assert refusal.value.line == 3


def test_gzip_is_unpacked_and_a_damaged_one_refused(read):
    packed = gzip.compress(b"a,b\n1,2\n")

    assert rows(read(packed, "x.csv.gz")) == [("1", "2", 2)]
    with pytest.raises(DeliveryRefused, match="archive is damaged"):
        read(packed[:-6], "x.csv.gz")


def test_quotes_may_be_plain_characters(read):
    table = read(b'a\tb\n1\t5" drain\n2\t"x\n', delimiter="\t", quote="")

    assert rows(table) == [("1", '5" drain', 2), ("2", '"x', 3)]


@pytest.mark.parametrize("rest", ['"2', '"2\n3,4\n', '2,"3', '2,"3\n4,5\n6,7'])
def test_a_quote_left_open_is_refused_with_its_line(read, rest):
    with pytest.raises(DeliveryRefused, match="never closed") as refusal:
        read(f"a,b\n1,1\n{rest}".encode())

    assert (refusal.value.line, refusal.value.value) == (3, rest.splitlines()[0])


def test_a_value_without_end_is_refused_before_it_fills_the_memory(read, monkeypatch):
    monkeypatch.setattr("oncohort.receive.read_delimited.MAX_LINE", 1 << 10)

    for data in ("a,b\n1,2\n3," + "x" * 2000, 'a,b\n1,2\n3,"' + "x\n" * 2000):
        with pytest.raises(DeliveryRefused, match="never closed") as refusal:
            read(data.encode())
        assert refusal.value.line == 3


@pytest.mark.parametrize("data", [b"", b"\n\n", b",,\n1,2,3\n"])
def test_a_missing_header_is_refused(read, data):
    with pytest.raises(DeliveryRefused, match="header line is empty"):
        read(data)


def test_ten_thousand_columns(read):
    names = ",".join(f"column {number}" for number in range(10_000))
    values = ",".join("v" for _ in range(10_000))

    table = read(f"{names}\n{values}\n".encode())

    assert table.position("column 9999") == 9999
