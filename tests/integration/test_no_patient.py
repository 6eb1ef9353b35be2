"""No record number and no name where none belongs: publications, report, logs, target.

Record numbers and names stand in the landing zone and in feedback workbooks only. How a
value is recognised: `identifiers.py`.
"""

import re
import zipfile

import duckdb
import pytest
from identifiers import Needles, columns_of, places, texts_of, texts_of_database
from PIL import Image, PngImagePlugin
from workspaces import ROOT

from oncohort.contract import identifying_columns

# texts of the project itself: words that are no patient's wherever they stand
OWN = ("seeds/*.csv", "sites/*/*", "models/**/*.yml", "expectations/*", "macros/*.sql")
# of each site's values so many must be looked for; the rest are words of our own texts
LEAST_SHARE = 0.98


@pytest.fixture(scope="module")
def needles(study_workspace) -> Needles:
    own = [path for glob in OWN for path in ROOT.glob(glob) if path.is_file()]
    words = "\n".join(path.read_text("utf-8", "ignore") for path in own)
    return Needles(study_workspace.landing, words)


def test_every_site_is_looked_for(needles, study_workspace):
    """No site drops out because its numbers are short or its names common words."""
    shares = needles.share_of_site()
    assert set(shares) == {path.name for path in study_workspace.extracts.iterdir()}
    assert min(shares.values()) >= LEAST_SHARE, shares
    assert not needles.short
    assert len(needles.values) > 4_000


def test_no_file_names_a_patient(needles, study_workspace):
    leaks, n_files = {}, 0
    for path in places(study_workspace):
        if path.suffix == ".duckdb":
            continue
        n_files += 1
        for text in texts_of(path):
            if found := needles.found(text):
                leaks[str(path)] = sorted(found)[:3]
    assert n_files > 500
    assert leaks == {}


def test_no_published_table_names_a_patient(needles, study_database):
    leaks, n_texts = {}, 0
    for text in texts_of_database(study_database):
        n_texts += 1
        if found := needles.found(text):
            leaks[text.partition("\n")[0]] = sorted(found)[:3]
    assert n_texts > 400
    numbers = needles.as_numbers()
    for kind in ("BIGINT", "INTEGER", "HUGEINT"):
        for column, values in columns_of(study_database, kind):
            if found := numbers.intersection(values):
                leaks[column] = sorted(found)[:3]
    assert leaks == {}


def test_nor_do_the_bytes_of_the_database(needles, study_database):
    """What no query reaches any more: names and numbers with a letter.

    Numbers of digits only are left to the tables: 16-digit hashes hold every one of
    them by chance.
    """
    text = study_database.read_bytes().decode("latin-1")
    latin = {each for each in needles.values if each.isascii() and not each.isdecimal()}
    in_bytes = {each.encode().decode("latin-1") for each in needles.values - latin}
    in_bytes = {each for each in in_bytes if not each.isdecimal()}
    assert len(latin) > 3_000
    assert len(in_bytes) > 100
    assert not found_in(text.casefold(), latin)
    # three Chinese characters or more: the bytes of two come up by chance
    assert not found_in(text, {each for each in in_bytes if len(each) >= 9})


def found_in(text: str, values: set[str]) -> set[str]:
    """Values anywhere in a text: by their first four signs, then whole."""
    by_start: dict[str, set[str]] = {}
    for value in values:
        by_start.setdefault(value[:4], set()).add(value)
    starts = re.compile("|".join(map(re.escape, sorted(by_start))))
    longest, found = max(map(len, values)), set()
    for place in starts.finditer(text):
        after = text[place.start() : place.start() + longest]
        found |= {v for v in by_start[place[0]] if after.startswith(v)}
    return found


def test_identifying_columns_end_in_staging(study_workspace):
    with duckdb.connect(str(study_workspace.working_db), read_only=True) as connection:
        found = connection.execute(
            "select distinct schema_name, column_name from duckdb_columns()"
            " where not internal and list_contains(?, column_name)",
            [sorted(identifying_columns())],
        ).fetchall()
    assert {schema for schema, _ in found} <= {"staging"}, found


PLANTED = ("a.log", "b.html", "c.docx", "d.png", "e.pdf", "f.svg")


@pytest.mark.parametrize("name", PLANTED)
def test_what_is_planted_is_found(name, needles, tmp_path):
    """The search would see a leak of each kind of site, in each kind of file."""
    for site, own in needles.sites.items():
        value = sorted(own & needles.values)[0]
        path = tmp_path / f"{site}_{name}"
        text = f'<td data-x="{value}">{value}</td>'
        if path.suffix == ".docx":
            with zipfile.ZipFile(path, "w") as parts:
                parts.writestr("word/document.xml", text)
        elif path.suffix == ".png":
            about = PngImagePlugin.PngInfo()
            about.add_itxt("Title", f"patient {value}")
            Image.new("1", (1, 1)).save(path, pnginfo=about)
        else:
            path.write_text(text, "utf-8")
        assert any(needles.found(each) == {value} for each in texts_of(path)), site


def test_a_leak_in_a_table_is_found(needles, tmp_path):
    """Also within a text, and as a number without its leading zeros."""
    path = tmp_path / "leak.duckdb"
    values = [sorted(own & needles.values)[0] for own in needles.sites.values()]
    number = max(needles.as_numbers())
    with duckdb.connect(str(path)) as connection:
        connection.execute("create table t (note varchar, n bigint)")
        for value in values:
            connection.execute(
                "insert into t values (?, ?)", [f"see {value}, p. 2", number]
            )
    (text,) = texts_of_database(path)
    assert needles.found(text) == set(values)
    ((_, numbers),) = columns_of(path, "BIGINT")
    assert needles.as_numbers() & set(numbers)


def test_what_is_no_value_is_not_found(needles):
    number = next(each for each in sorted(needles.values) if each.isdecimal())
    for text in (f"0.{number}", f"1{number}", f"{number}a", f"x{number}"):
        assert not needles.found(text), text
