"""The words of a feedback workbook in the site's language, and how they are known."""

import csv
import unicodedata
from functools import lru_cache
from pathlib import Path

LANGUAGES = ("en", "zh")
ANSWERS = ("will_correct", "correct_as_recorded", "not_known")


@lru_cache
def texts(language: str) -> dict[str, str]:
    """Return all texts of a language by key, as `texts.csv` has them."""
    with Path(__file__).with_name("texts.csv").open(encoding="utf-8") as file:
        return {row["key"]: row[language] for row in csv.DictReader(file)}


def same(text: str) -> str:
    """Return a text in the form in which it is compared: width, case, blanks alike."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def words_for(key: str) -> set[str]:
    """Return a text in every language, and its key, as they are compared."""
    return {same(key), *(same(texts(language)[key]) for language in LANGUAGES)}


@lru_cache
def answer_codes() -> dict[str, str]:
    """Return the code of each word that is an answer, in any language."""
    return {word: code for code in ANSWERS for word in words_for(code)}
