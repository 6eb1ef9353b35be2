"""How each hospital writes: files, headers, words, names, dates."""

from collections import namedtuple
from datetime import date
from functools import cache
from random import Random

from oncohort.synthetic.journey import read_table

HEADERS = read_table("headers.csv")
NAMES = read_table("names.csv")
CONCEPTS = {row["concept"]: row for row in HEADERS}
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


def person_name(language: str, number: int) -> str:
    """A made-up name to keep secret, surname first; the same for the same number."""
    spelling, space = ("zh", "") if language == "zh" else ("pinyin", " ")
    surnames = [row[spelling] for row in NAMES if row["kind"] == "surname"]
    given = [row[spelling] for row in NAMES if row["kind"] == "given"]
    name = surnames[number % len(surnames)], given[number // 7 % len(given)]
    return space.join(name)


def written(site: Site, concept: str, row: dict, rng: Random) -> object:
    """One value as the site would write it; a workbook keeps dates and numbers."""
    value = row.get(CONCEPTS[concept]["field"] or concept, "")
    if value == "":
        return ""
    if isinstance(value, date) or concept.endswith("_on"):
        return _date(site, value)
    code_list = CONCEPTS[concept]["code_list"] or concept
    if concept == "result" and row["method"] == "fish":
        code_list = "fish_result"
    choices = _words(site).get((code_list, str(value)))
    if choices:
        return rng.choice(choices)
    return value if site.workbook and not isinstance(value, str) else str(value)


def _date(site: Site, value: date | str) -> object:
    if isinstance(value, date):
        is_cell = site.workbook and site.language == "en"
        return value if is_cell else value.strftime(site.day)
    year, _, month = value.partition("-")
    known = date(int(year), int(month or 1), 1)
    return known.strftime(site.month if month else site.year)
