"""How each hospital writes: files, headers, words, names, dates, numbers."""

import re
from collections import namedtuple
from collections.abc import Iterable
from datetime import date
from functools import cache
from zlib import crc32

from oncohort.synthetic.journey import read_table

HEADERS = read_table("headers.csv")
NAMES = read_table("names.csv")
CONCEPTS = {row["concept"]: row for row in HEADERS}
FREE_TEXT = {"drug", "term", "action", "row_status"}
TYPED = {"xlsx", "xls", "sav", "parquet"}  # keep dates and numbers as such
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
Site = namedtuple("Site", read_table("sites.csv")[0])  # a hospital and its habits
SITES = [Site(**row) for row in read_table("sites.csv")]


def headers(site: Site, table: str) -> dict[str, str]:
    """Column of each concept that a site records in a table, in their order."""
    named = [row for row in HEADERS if row[site.site_id]]
    kept = [row for row in named if {table, "every"} & {*row["tables"].split()}]
    return {row["concept"]: row[site.site_id] for row in kept}


@cache
def _words(site: Site) -> dict[tuple[str, str], list[str]]:
    """Words of a site for each (code list, code)."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in read_table("words.csv"):
        if row["who"] in (site.language, site.site_id):
            words = found.setdefault((row["code_list"], row["code"]), [])
            words += row["words"].split("|")
    return found


def labels(site: Site, concept: str, used: Iterable[str]) -> dict[str, int]:
    """Numbers of the words of a coded concept; none if it is kept as text."""
    if concept in FREE_TEXT:
        return {}
    lists = {CONCEPTS[concept]["code_list"] or concept}
    lists |= {"fish_result"} & {f"fish_{concept}"}
    known = [
        word for key in _words(site) if key[0] in lists for word in _words(site)[key]
    ]
    words = dict.fromkeys([*known, *sorted({*used} - {*known, ""})]) if known else {}
    return {word: number for number, word in enumerate(words, 1)}


def person_name(language: str, number: int) -> str:
    """A made-up name to keep secret, surname first; the same for the same number."""
    spelling, space = ("zh", "") if language == "zh" else ("pinyin", " ")
    surnames = [row[spelling] for row in NAMES if row["kind"] == "surname"]
    given = [row[spelling] for row in NAMES if row["kind"] == "given"]
    name = surnames[number % len(surnames)], given[number // 7 % len(given)]
    return space.join(name)


def written(site: Site, concept: str, row: dict) -> object:
    """One value as the site would write it, the same in each delivery."""
    value = row.get(CONCEPTS[concept]["field"] or concept, "")
    code_list = CONCEPTS[concept]["code_list"] or concept
    chance = crc32(f"{row['_key']}/{concept}".encode())
    if concept == "result" and row["method"] == "fish":
        code_list = "fish_result"
    choices = _words(site).get((code_list, str(value)))
    if choices:
        return choices[chance % len(choices)]
    if isinstance(value, date) or concept.endswith("_on"):
        return _date(site, concept, value, chance)
    if site.format in TYPED or isinstance(value, str):
        return value
    return str(value).replace(".", site.decimal)


def _date(site: Site, concept: str, value: date | str, chance: int) -> object:
    if not isinstance(value, date):
        if not re.fullmatch(r"\d{4}(-\d\d)?", value):
            return value
        year, _, month = value.partition("-")
        known = date(int(year), int(month or 1), 1)
        return known.strftime(site.month if month else site.year)
    if concept == site.serial:
        return (value - date(1899, 12, 30)).days
    if site.format in TYPED:
        return value
    text = value.strftime(site.day)
    is_wide = site.full_width and chance % int(site.full_width) == 0
    return text.translate(FULL_WIDTH) if is_wide else text
