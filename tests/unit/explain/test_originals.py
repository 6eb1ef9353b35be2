import dataclasses
import gzip

import pytest

from oncohort.errors import ConfigError
from oncohort.explain.originals import Originals
from oncohort.receive.site_config import FileConfig

CSV = FileConfig("x.csv", ())
SOURCE = {
    "file_sha256": "a" * 64,
    "source_file": "x.csv",
    "source_sheet": None,
    "site_id": "clinic",
    "delivered_on": "2020-01-31",
}


def sent(workspace, data, line, name="x.csv", **settings):
    """Text of a line of a file that was archived."""
    workspace.originals.mkdir(parents=True, exist_ok=True)
    (workspace.originals / SOURCE["file_sha256"]).write_bytes(data)
    source = {**SOURCE, "source_file": name, "source_line": line}
    config = dataclasses.replace(CSV, **settings)
    return Originals(workspace).text(source, config)


def test_a_line_is_shown_as_sent(workspace):
    assert sent(workspace, b"no,x\r\n1, a \r\n2,b", 2) == "1, a "
    assert sent(workspace, b"no,x\r1,a\r2,b", 3) == "2,b"
    assert sent(workspace, gzip.compress(b"no\tx\n1\ta\n"), 2, "x.tsv.GZ") == "1\ta"
    gbk = "病案号,疗效\n1,进展\n".encode("gb18030")
    assert sent(workspace, gbk, 2, encoding="gb18030") == "1,进展"


def test_a_row_over_several_lines_is_shown_whole(workspace):
    data = b'no,x\n1,"a\nb ""c"""\n2,d\n'

    assert sent(workspace, data, 2) == '1,"a\nb ""c"""'
    assert sent(workspace, data, 2, quote="") == '1,"a'


def test_without_landing_or_original_the_remedy_is_told(workspace):
    with pytest.raises(ConfigError, match="no landing zone") as error:
        Originals(workspace)
    assert "leave out --raw" in error.value.remedy

    workspace.originals.mkdir(parents=True)
    with pytest.raises(ConfigError, match="no longer archived") as error:
        Originals(workspace).text({**SOURCE, "source_line": 2}, CSV)
    assert (error.value.file, error.value.value) == ("x.csv", "a" * 64)
    assert "2020-01-31 of clinic" in error.value.remedy
