"""Bytes of a text file to UTF-8, strictly: an unknown byte refuses the delivery."""

import codecs
import gzip
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from oncohort.errors import DeliveryRefused
from oncohort.receive.limits import MAX_TEXT_BYTES

CHUNK_BYTES = 4 << 20
_LINE_ENDS = (b"\n", b"\r")


@dataclass
class DecodedText:
    """A file as UTF-8 without a byte order mark, and how many lines it has."""

    path: Path
    n_lines: int


def open_bytes(path: Path) -> IO[bytes]:
    """Open a file for reading, unpacked if its name ends in `.gz`."""
    return gzip.open(path, "rb") if path.suffix.lower() == ".gz" else path.open("rb")


def decode_text(path: Path, encoding: str, out: Path, shown: str) -> DecodedText:
    """Write a file to `out` as UTF-8.

    Parameters
    ----------
    path : Path
        The file as sent, plain or `.gz`.
    encoding : str
        Any text codec Python knows; `utf-8` drops a byte order mark.
    out : Path
        Where the UTF-8 text goes; inside the workspace, it holds patients.
    shown : str
        Name of the file in messages.

    Raises
    ------
    DeliveryRefused
        If a byte is not of the encoding, a NUL is among the text, or the archive is
        damaged or too large.
    """
    name = "utf-8-sig" if codecs.lookup(encoding).name == "utf-8" else encoding
    counter = _LineCounter()
    try:
        with open_bytes(path) as source, out.open("wb") as target:
            _transcode(source, target, name, encoding, counter, shown)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DeliveryRefused(
            f"the archive is damaged: {error}",
            "ask the site to send the file again",
            file=shown,
        ) from error
    return DecodedText(out, counter.n_lines)


def _transcode(source, target, name, encoding, counter, shown) -> None:
    decoder = codecs.getincrementaldecoder(name)("strict")
    n_read = 0
    more = True
    while more:
        chunk = source.read(CHUNK_BYTES)
        more = bool(chunk)
        n_read += len(chunk)
        if n_read > MAX_TEXT_BYTES:
            raise DeliveryRefused(
                f"the file is larger than {MAX_TEXT_BYTES >> 30} GB unpacked",
                "ask the site to send it in parts",
                file=shown,
            )
        # bytes that the decoder still holds from the chunk before
        pending = len(decoder.getstate()[0])
        try:
            text = decoder.decode(chunk, final=not more)
        except UnicodeDecodeError as error:
            chunk_start = n_read - len(chunk) - pending
            raise _undecodable(error, counter, encoding, chunk_start, shown) from error
        data = text.encode("utf-8")
        if b"\0" in data:
            counter.add(data[: data.index(b"\0")])
            raise _nul_byte(counter.line, encoding, shown)
        counter.add(data)
        target.write(data)
    counter.finish()


def _undecodable(error, counter, encoding, chunk_start, shown) -> DeliveryRefused:
    before = error.object[: error.start].decode(encoding, "replace")
    counter.add(before.encode("utf-8", "replace"))
    bad = error.object[error.start : error.end]
    return DeliveryRefused(
        f"a byte is not {encoding}: {bad.hex(' ')} at byte {chunk_start + error.start}",
        f"if the whole file is unreadable, set its `encoding` in site.yml (now "
        f"{encoding}; Chinese exports are often gb18030); else ask the site to export "
        "it again",
        file=shown,
        line=counter.line,
        value=before.rpartition("\n")[2][-30:] + "<?>",
    )


def _nul_byte(line: int, encoding: str, shown: str) -> DeliveryRefused:
    return DeliveryRefused(
        "the file holds a NUL byte: it is not text, or not in this encoding",
        f"set `encoding` in site.yml (now {encoding}; Windows exports named "
        '"Unicode" are utf-16), or ask the site for a CSV',
        file=shown,
        line=line,
    )


class _LineCounter:
    """Counts lines that end in LF, CR LF or CR, across chunks."""

    def __init__(self) -> None:
        self.n_ends = 0
        self.last = b""
        self.n_lines = 0

    def add(self, data: bytes) -> None:
        if not data:
            return
        ends = data.count(b"\n")
        if b"\r" in data:
            ends += data.count(b"\r") - data.count(b"\r\n")
        if self.last == b"\r" and data.startswith(b"\n"):
            ends -= 1
        self.n_ends += ends
        self.last = data[-1:]

    @property
    def line(self) -> int:
        """The line that the next byte stands on, first line 1."""
        return self.n_ends + 1

    def finish(self) -> None:
        unended = self.last not in (b"", *_LINE_ENDS)
        self.n_lines = self.n_ends + unended
