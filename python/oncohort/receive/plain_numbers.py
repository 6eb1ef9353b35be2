"""SQL that writes a site's numbers plainly: a point, no grouping, ASCII digits."""

from oncohort.identity import text_literal

_FULL_WIDTH = "０１２３４５６７８９／－．：，＋"
_PLAIN = "0123456789/-.:,+"
_GROUPS = {".": "[, \u00a0\u202f\u2009']", ",": "[. \u00a0\u202f\u2009']"}


def plain_sql(text: str) -> str:
    """Return SQL for a text with full-width digits and signs as the plain ones."""
    plain = f"translate({text}, '{_FULL_WIDTH}', '{_PLAIN}')"
    # ASCII takes a byte a character: nothing to look for
    return f"case when strlen({text}) = length({text}) then {text} else {plain} end"


def number_sql(text: str, decimal: str | None) -> str:
    """Return SQL for a number as the contract wants it; what is none stays as sent.

    Grouping goes only where the site's decimal mark is declared: without it `1,234`
    may be either.
    """
    plain = plain_sql(text)
    mark = decimal or "."
    group = _GROUPS[mark] if decimal else ""
    whole = f"\\d+|\\d{{1,3}}({group}\\d{{3}})+" if group else "\\d+"
    form = text_literal(f"[+-]?(({whole})([{mark}]\\d*)?|[{mark}]\\d+)")
    number = plain
    if group:
        ungrouped = f"regexp_replace({plain}, {text_literal(group)}, '', 'g')"
        number = f"replace({ungrouped}, '{mark}', '.')"
    return f"case when regexp_full_match({plain}, {form}) then {number} else {text} end"
