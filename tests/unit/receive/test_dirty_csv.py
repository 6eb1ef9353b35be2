"""Generated dirty files: no row or cell is lost or invented, whichever way is taken."""

import duckdb
import pytest
from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st

from oncohort.errors import DeliveryRefused
from oncohort.receive.read_delimited import read_delimited
from oncohort.receive.site_config import FileConfig
from oncohort.receive.source_table import BLANKS

MANY = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
CELL = st.text(st.sampled_from('ab1 ,;"\n\r\té病\u3000'), max_size=4)
PLAIN_CELL = st.text(st.sampled_from("ab1 é病\u3000"), max_size=4)


class Tables:
    """Reads one file the careful way, the short way, and as `receive` does."""

    def __init__(self, folder):
        self.path = folder / "x.csv"
        self.folder, self.n_reads = folder, 0
        self.connection = duckdb.connect()

    @property
    def scratch(self):
        self.n_reads += 1
        folder = self.folder / str(self.n_reads)
        folder.mkdir()
        return folder

    def table(self, data, config):
        self.path.write_bytes(data)
        return read_delimited(self.path, "x.csv", config)

    def careful(self, data, config):
        table = self.table(data, config)
        rows = [(line, *cells) for line, cells in table.rows]
        return rows, table.refused

    def short(self, data, config):
        sql = self.table(data, config).direct(self.connection, self.scratch)
        return sql and self._rows(sql)

    def loaded(self, data, config):
        table = self.table(data, config)
        table.load(self.connection, self.scratch)
        rows = self._rows("from source_cells")
        assert table.n_rows_read == len(rows) + len(table.refused)
        return rows, table.refused

    def _rows(self, sql):
        columns = "source_line, columns('^c\\d+$')"
        return self.connection.execute(
            f"select {columns} from ({sql}) order by source_line"
        ).fetchall()


@pytest.fixture
def tables(tmp_path, monkeypatch):
    # so that files of a few lines are cut anywhere
    monkeypatch.setattr("oncohort.receive.scan_delimited._CHUNK", 5)
    return Tables(tmp_path)


def outcome(read, data, config):
    try:
        return read(data, config)
    except DeliveryRefused as refusal:
        return str(refusal)


def agree(tables, data, config):
    """Hold the ways against each other; return the careful one's outcome."""
    careful = outcome(tables.careful, data, config)
    assert outcome(tables.loaded, data, config) == careful
    short = None if isinstance(careful, str) else tables.short(data, config)
    event(f"short way: {short is not None}")
    if short is not None:
        assert (short, {}) == careful
    return careful


CONFIGS = st.builds(
    FileConfig,
    match=st.just("x"),
    tables=st.just(()),
    encoding=st.sampled_from(["utf-8", "utf-16", "gb18030", "utf-8-sig"]),
    delimiter=st.sampled_from(",;\t"),
    quote=st.sampled_from(['"', '"', '"', "'", ""]),
)


FIELD = st.text(st.sampled_from("a1 \"'"), max_size=4)
LINES = st.lists(st.tuples(FIELD, FIELD).map(",".join), max_size=5).map("\n".join)


@MANY
@given(
    text=st.text(st.sampled_from('ab,;"\n\r\té病 \0\ufeff'), max_size=40) | LINES,
    config=CONFIGS,
)
@example("1,2\n3,4,\n", FileConfig("x", ()))
@example('1,"2"x\n', FileConfig("x", ()))
@example('1,2"x"\n', FileConfig("x", ()))
@example('"1""",2\n', FileConfig("x", ()))
@example("1,2\r3,4\n", FileConfig("x", ()))
@example(",\n1,2\n", FileConfig("x", ()))
@example("\ufeff1,2\n", FileConfig("x", ()))
@example("\n1,2\n", FileConfig("x", ()))
@example("1,2\n\r\n3,4", FileConfig("x", ()))
def test_any_text_at_all(tables, text, config):
    text = f"a,b\n{text}".replace(",", config.delimiter)
    agree(tables, text.encode(config.encoding), config)


@MANY
@given(data=st.binary(max_size=30), config=CONFIGS)
def test_any_bytes_at_all(tables, data, config):
    header = f"a{config.delimiter}b\n".encode(config.encoding)
    agree(tables, header + data, config)


def written(cell, config, is_quoted):
    quote = config.quote
    if is_quoted or any(mark in cell for mark in (config.delimiter, quote, *"\r\n")):
        return quote + cell.replace(quote, quote * 2) + quote
    return cell


@MANY
@given(
    data=st.data(),
    config=CONFIGS.filter(lambda config: config.quote),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_what_was_written_is_read(tables, data, config, end):
    """An independent model: rows written here, with the lines they start on."""
    n_columns = data.draw(st.integers(2, 4))
    cell = data.draw(st.sampled_from([CELL, PLAIN_CELL]))
    n_cells = data.draw(st.sampled_from([st.just(n_columns), st.integers(0, 5)]))
    lines = [end.join([config.delimiter.join("abcd"[:n_columns]), ""])]
    rows, refused, line = [], [], 2
    for _ in range(data.draw(st.integers(0, 8))):
        n = data.draw(n_cells)
        cells = data.draw(st.lists(cell, min_size=n, max_size=n))
        quoted = data.draw(st.lists(st.booleans(), min_size=n, max_size=n))
        text = config.delimiter.join(
            written(*pair) for pair in zip(cells, [config] * n, quoted, strict=True)
        )
        if any(cell.strip(BLANKS) for cell in cells):
            if n == n_columns:
                rows.append((line, *cells))
            else:
                refused.append((line, text.rstrip("\r\n")))
        lines.append(text + end)
        # each of LF, CR LF and CR ends a line, within quotes too
        line += (text + end).replace("\r\n", "\n").replace("\r", "\n").count("\n")
    sent = "".join(lines)[: -len(end) if data.draw(st.booleans()) else None]

    found = agree(tables, sent.encode(config.encoding), config)

    if isinstance(found, str):
        assert "no row fits the header" in found and refused and not rows
    else:
        assert found[0] == rows
        assert [(line, text) for line, (_, text) in found[1].items()] == refused


def test_ordinary_files_take_the_short_way(tables):
    config = FileConfig("x", (), header_line=2)
    data = b'A title, here\n"a","b"\n1,"x, y"\n"2",\n'

    assert tables.short(data, config) == [(3, "1", "x, y"), (4, "2", "")]
    assert tables.short(data.replace(b"\n", b"\r\n"), config)
