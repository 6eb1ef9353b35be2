"""A tiny study in a database of its own."""

import pytest
from analysis.tiny_study import TinyWorkspace


@pytest.fixture
def tiny(tmp_path) -> TinyWorkspace:
    return TinyWorkspace(tmp_path)
