"""A tiny study in a database of its own; these tests also run without the others."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1]))
from analysis.tiny_study import TinyWorkspace  # noqa: E402


@pytest.fixture
def tiny(tmp_path) -> TinyWorkspace:
    return TinyWorkspace(tmp_path)
