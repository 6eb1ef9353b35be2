import hashlib

import duckdb
import pytest

from oncohort.errors import ConfigError
from oncohort.identity import (
    PUBLIC_TEST_KEY,
    id_key,
    key_fingerprint,
    keyed_hash,
    keyed_hash_sql,
    text_literal,
)


def in_sql(key, parts):
    literals = [
        "cast(null as varchar)" if p is None else text_literal(p) for p in parts
    ]
    return duckdb.sql(f"select {keyed_hash_sql(key, literals, 64)}").fetchone()[0]


@pytest.mark.parametrize(
    "key", [b"k" * 16, PUBLIC_TEST_KEY, b"long" * 40, b"\0\xff'\\"]
)
@pytest.mark.parametrize("parts", [["a"], ["a", "b"], ["病", None, ""], ["it's", " "]])
def test_sql_and_python_say_the_same(key, parts):
    assert in_sql(key, parts) == keyed_hash(key, parts)


def test_it_is_sha256_over_the_secret_and_the_parts():
    secret = hashlib.sha256(b"k" * 16).hexdigest()
    expected = hashlib.sha256(f"{secret}\x1fclinic\x1f0007".encode()).hexdigest()

    assert keyed_hash(b"k" * 16, ["clinic", "0007"]) == expected
    assert keyed_hash(b"another key here", ["clinic", "0007"]) != expected


def test_parts_cannot_be_mistaken_for_others():
    alike = [["ab", "c"], ["a", "bc"], ["abc"], ["ab", None, "c"], ["ab", "", "c"]]

    assert len({keyed_hash(b"k" * 16, parts) for parts in alike}) == len(alike)


def test_the_key_comes_from_the_environment_then_a_file(workspace, monkeypatch):
    assert id_key(workspace) == PUBLIC_TEST_KEY
    workspace.root.mkdir()
    (workspace.root / "id_key").write_text("a secret in the file\n")
    assert id_key(workspace) == b"a secret in the file"
    monkeypatch.setenv("ONCOHORT_ID_KEY", "a secret in the environment")
    assert id_key(workspace) == b"a secret in the environment"
    assert key_fingerprint(b"one") != key_fingerprint(b"two")


@pytest.mark.parametrize("key", ["", "short"])
def test_a_short_key_is_refused(workspace, monkeypatch, key):
    monkeypatch.setenv("ONCOHORT_ID_KEY", key)

    with pytest.raises(ConfigError, match="shorter than 16"):
        id_key(workspace)
