"""Pseudonyms: keyed hashes of patients, records and landed rows.

SHA-256 over the secret and the parts, cut to 16 (patient) or 24 hex digits; cut, it
cannot be extended by who does not know the secret. Written as SQL, so that a million
rows take seconds; `keyed_hash` says the same in Python. A value's own text cannot hold
the separator or the mark of a null: both are control characters.
"""

import hashlib
import os
from collections.abc import Sequence

from oncohort.errors import ConfigError
from oncohort.workspace import Workspace

PUBLIC_TEST_KEY = b"oncohort public test key: for made-up and public data only"
KEY_VARIABLE = "ONCOHORT_ID_KEY"
KEY_FILE = "id_key"
PATIENT_DIGITS = 16
ROW_DIGITS = 24
_SEPARATOR, _NULL_MARK = "\x1f", "\x1e"
_SHORTEST_KEY = 16


def id_key(workspace: Workspace) -> bytes:
    """Return the secret of this workspace; the public test key if it has none.

    Raises
    ------
    ConfigError
        If a key is set but shorter than 16 bytes.
    """
    place, text = KEY_VARIABLE, os.environ.get(KEY_VARIABLE)
    file = workspace.root / KEY_FILE
    if text is None and file.is_file():
        place, text = KEY_FILE, file.read_text(encoding="utf-8")
    if text is None:
        return PUBLIC_TEST_KEY
    key = text.strip().encode()
    if len(key) < _SHORTEST_KEY:
        raise ConfigError(
            f"the key for patient ids is shorter than {_SHORTEST_KEY} characters",
            'make one with: python -c "import secrets; print(secrets.token_hex(32))"',
            file=place,
        )
    return key


def key_fingerprint(key: bytes) -> str:
    """Return 16 hex digits that change with the key and do not give it away."""
    return keyed_hash(key, ["fingerprint"])[:16]


def keyed_hash(key: bytes, parts: Sequence[str | None]) -> str:
    """Return the hash of the secret and the parts, 64 hex digits."""
    texts = [_secret(key), *(_NULL_MARK if part is None else part for part in parts)]
    return hashlib.sha256(_SEPARATOR.join(texts).encode()).hexdigest()


def keyed_hash_sql(key: bytes, parts: Sequence[str], digits: int) -> str:
    """Return SQL for the first digits of `keyed_hash` over SQL text expressions."""
    null, separator = f"chr({ord(_NULL_MARK)})", f"chr({ord(_SEPARATOR)})"
    texts = ", ".join(f"coalesce({part}, {null})" for part in parts)
    message = f"concat_ws({separator}, '{_secret(key)}', {texts})"
    return f"left(sha256({message}), {digits})"


def _secret(key: bytes) -> str:
    """Return the key as text that stands in SQL as it is, whatever its bytes."""
    return hashlib.sha256(key).hexdigest()


def text_literal(text: str) -> str:
    """Return a text as a quoted SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def quoted_name(name: str) -> str:
    """Return a name as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'
