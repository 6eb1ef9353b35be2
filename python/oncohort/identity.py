"""Pseudonyms: keyed hashes of patients, records and landed rows.

All three are HMAC-SHA256, cut to 16 (patient) or 24 hex digits. The hash is written
as SQL, so that a million rows take seconds; `keyed_hash` says the same in Python and a
test holds one against the other. A value's own text cannot contain the separator or
the mark of a null: both are control characters.
"""

import hashlib
import hmac
import os
from collections.abc import Sequence

from oncohort.errors import ConfigError
from oncohort.workspace import Workspace

PUBLIC_TEST_KEY = b"oncohort public test key: for made-up and public data only"
KEY_VARIABLE = "ONCOHORT_ID_KEY"
KEY_FILE = "id_key"
PATIENT_DIGITS = 16
ROW_DIGITS = 24
SEPARATOR = "\x1f"
NULL_MARK = "\x1e"
_BLOCK = 64
_SHORTEST_KEY = 16


def id_key(workspace: Workspace) -> bytes:
    """Return the secret of this workspace; the public test key if it has none.

    Raises
    ------
    ConfigError
        If a key is set but shorter than 16 bytes.
    """
    text = os.environ.get(KEY_VARIABLE)
    file = workspace.root / KEY_FILE
    if text is None and file.is_file():
        text = file.read_text(encoding="utf-8")
    if text is None:
        return PUBLIC_TEST_KEY
    key = text.strip().encode()
    if len(key) < _SHORTEST_KEY:
        raise ConfigError(
            f"the key for patient ids is shorter than {_SHORTEST_KEY} characters",
            'make one with: python -c "import secrets; print(secrets.token_hex(32))"',
            file=KEY_VARIABLE if KEY_VARIABLE in os.environ else KEY_FILE,
        )
    return key


def is_public(key: bytes) -> bool:
    """Return whether a key is the public test key."""
    return key == PUBLIC_TEST_KEY


def key_fingerprint(key: bytes) -> str:
    """Return 16 hex digits that change with the key and do not give it away."""
    return keyed_hash(key, ["fingerprint"])[:16]


def keyed_hash(key: bytes, parts: Sequence[str | None]) -> str:
    """Return the HMAC-SHA256 of the joined parts, 64 hex digits."""
    text = SEPARATOR.join(NULL_MARK if part is None else part for part in parts)
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def text_literal(text: str) -> str:
    """Return a text as a quoted SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def quoted_name(name: str) -> str:
    """Return a name as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def keyed_hash_sql(key: bytes, parts: Sequence[str], digits: int) -> str:
    """Return SQL for the first digits of `keyed_hash` over SQL text expressions.

    HMAC spelt out: sha256(outer pad, sha256(inner pad, message)).
    """
    if len(key) > _BLOCK:
        key = hashlib.sha256(key).digest()
    padded = key.ljust(_BLOCK, b"\0")
    inner = _blob_literal(bytes(byte ^ 0x36 for byte in padded))
    outer = _blob_literal(bytes(byte ^ 0x5C for byte in padded))
    null = f"chr({ord(NULL_MARK)})"
    joined = ", ".join(f"coalesce({part}, {null})" for part in parts)
    message = f"encode(concat_ws(chr({ord(SEPARATOR)}), {joined}))"
    digest = f"sha256({outer} || unhex(sha256({inner} || {message})))"
    return f"substr({digest}, 1, {digits})"


def _blob_literal(data: bytes) -> str:
    return "'" + "".join(f"\\x{byte:02X}" for byte in data) + "'::BLOB"
