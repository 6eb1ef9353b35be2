"""Finds values that identify patients, wherever they may have got to.

A text is cut into tokens once and each token is looked up in a set, so that thousands
of values in a hundred megabytes take seconds. What counts as found:

- a whole value, never a part of one, after full-width signs and case are made alike;
- a number between other signs; not in a decimal number (0.010626 in a drawing);
- with hyphens also within a longer one: TCGA-3C-AAAU in TCGA-3C-AAAU-01A;
- a name of several words, one after the other; a Chinese name within any Chinese text.

`Needles` refuses a site whose values cannot be told from counts, so none drops out.
"""

import io
import json
import re
import unicodedata
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb
from PIL import Image

from oncohort.contract import extract_tables
from oncohort.identity import quoted_name

FOLDERS = ("warehouse/published", "report", "logs", "target")
DECIMAL = re.compile(r"(?<![\w.])[-+]?\d*\.\d+(?:e[-+]?\d+)?(?![\w.])")
WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
CHINESE = re.compile("[\u3400-\u9fff]+")
SHORTEST, SHORTEST_CHINESE = 5, 2
# numbers of fewer digits are too like days and counts to be looked for as numbers
SHORTEST_NUMBER = 7
STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)


def alike(text: str) -> str:
    """Full-width signs as plain ones, all in one case."""
    return unicodedata.normalize("NFKC", text).casefold()


class Needles:
    """Identifying values by site, ready to be looked up."""

    def __init__(self, landing: Path, own_words: str = "") -> None:
        """Read them from a landing zone; `own_words` are the project's own texts."""
        self.sites: dict[str, set[str]] = defaultdict(set)
        for name, table in extract_tables().items():
            for column in (each.name for each in table.columns if each.identifying):
                for site, value in landed(landing, name, column):
                    self.sites[site].add(" ".join(alike(value).split()))
        self.values = {each for own in self.sites.values() for each in own}
        # a name that is a word of our own texts tells nothing of a patient
        words = {
            w for w in self.values & {*tokens(own_words)} if not re.search(r"\d", w)
        }
        self.values -= words
        self.short = {each for each in self.values if not is_distinct(each)}
        self.values -= self.short
        self.words = words
        self.most_words = 1 + max(each.count(" ") for each in self.values)

    def share_of_site(self) -> dict[str, float]:
        """Share of each site's values that are looked for."""
        return {s: len(own & self.values) / len(own) for s, own in self.sites.items()}

    def found(self, text: str) -> set[str]:
        """Values in a text."""
        return self.values.intersection(tokens(text, self.most_words))

    def as_numbers(self) -> set[int]:
        """Record numbers as a number column would keep them, long ones only."""
        numbers = {int(each) for each in self.values if each.isdecimal()}
        return {each for each in numbers if each >= 10 ** (SHORTEST_NUMBER - 1)}


def is_distinct(value: str) -> bool:
    """Whether a value can be told from counts, days and words."""
    least = SHORTEST_CHINESE if CHINESE.search(value) else SHORTEST
    return len(value.replace(" ", "")) >= least


def landed(landing: Path, table: str, column: str) -> list[tuple[str, str]]:
    files = (landing / table).as_posix() + "/**/*.parquet"
    return duckdb.sql(
        f"select distinct site, {quoted_name(column)} from read_parquet('{files}',"
        " hive_partitioning = true, union_by_name = true)"
        f" where {quoted_name(column)} is not null"
    ).fetchall()


def tokens(text: str, most_words: int = 2) -> Iterator[str]:
    """All that could be a value: words, runs of them, parts, Chinese names."""
    text = DECIMAL.sub(" ", alike(text))
    runs: set[tuple[str, ...]] = set()
    for line in set(re.split(r"[\n<>\"'=,;|\t\0]", text)):
        words = WORD.findall(line)
        for n in range(1, most_words + 1):
            runs.update(zip(*(words[at:] for at in range(n)), strict=False))
    for run in runs:
        yield " ".join(run)
        if len(run) == 1 and "-" in run[0]:
            parts = run[0].split("-")
            for start in range(len(parts)):
                for end in range(start + 1, len(parts) + 1):
                    yield "-".join(parts[start:end])
    for chinese in set(CHINESE.findall(text)):
        for n in (2, 3, 4):
            yield from (chinese[at : at + n] for at in range(len(chinese) - n + 1))


def places(workspace, folders=FOLDERS) -> list[Path]:
    """Every file that leaves, each content once: `report/` is a publication's."""
    found = {}
    for folder in folders:
        for path in sorted((workspace.root / folder).rglob("*")):
            if path.is_file() and not path.is_symlink():
                found.setdefault((path.name, path.stat().st_size), path)
    return list(found.values())


def texts_of(path: Path) -> Iterator[str]:
    """Everything readable of a file, also inside documents and images."""
    raw = path.read_bytes()
    if zipfile.is_zipfile(io.BytesIO(raw)):
        with zipfile.ZipFile(io.BytesIO(raw)) as parts:
            for name in parts.namelist():
                yield name
                yield parts.read(name).decode("utf-8", "ignore")
        return
    if path.suffix == ".png":
        yield json.dumps(Image.open(io.BytesIO(raw)).info, default=str)
        return
    if path.suffix == ".pdf":
        for stream in STREAM.findall(raw):
            try:
                yield zlib.decompress(stream).decode("latin-1")
            except zlib.error:
                continue
    yield raw.decode("utf-8", "ignore")


def texts_of_database(path: Path, left_out: Iterable[str] = ()) -> Iterator[str]:
    """Every different text of every table, column by column."""
    for column, values in columns_of(path, "VARCHAR", left_out):
        yield "\n".join([column, *values])


def columns_of(
    path: Path, kind: str, left_out: Iterable[str] = ()
) -> Iterator[tuple[str, list]]:
    """Columns of a type with their different values."""
    with duckdb.connect(str(path), read_only=True) as connection:
        found = connection.execute(
            "select schema_name, table_name, column_name from duckdb_columns()"
            " where not internal and data_type = ?"
            " and not list_contains(?, schema_name)",
            [kind, list(left_out)],
        ).fetchall()
        for schema, table, column in found:
            name, place = quoted_name(column), f'"{schema}"."{table}"'
            values = connection.execute(
                f"select distinct {name} from {place} where {name} is not null"
            ).fetchall()
            yield f"{schema}.{table}.{column}", [value for (value,) in values]
