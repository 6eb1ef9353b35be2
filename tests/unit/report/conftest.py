"""A tiny study in a database of its own; these tests also run without the others."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1]))
from analysis.tiny_study import TinyWorkspace  # noqa: E402

from oncohort.analysis import analyse  # noqa: E402
from oncohort.report import write_report  # noqa: E402


@pytest.fixture
def tiny(tmp_path) -> TinyWorkspace:
    return TinyWorkspace(tmp_path)


@pytest.fixture
def pages(tiny, tmp_path):
    def write():
        out = tmp_path / "report"
        write_report(tiny, tiny.working_db, out, "pub-1", say=lambda line: None)
        return {path.stem: path.read_text("utf-8") for path in out.glob("*.html")}

    return write


@pytest.fixture
def written(tiny, pages):
    """All pages of the report, analysed as the plan stands."""
    analyse(tiny, say=lambda line: None)
    return pages()
