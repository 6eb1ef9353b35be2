"""YAML as text: every name and value from a file quoted, every comment one line."""

import re

import yaml

_PLAIN = re.compile(r"[a-z][a-z0-9_]*|[1-9][0-9]{0,5}")
_SHOWN = 32


def scalar(text: str) -> str:
    """Return a scalar that reads back as the same text, whatever it holds."""
    if _PLAIN.fullmatch(text):
        return text
    dumped = yaml.safe_dump(text, default_style='"', allow_unicode=True, width=1 << 30)
    return dumped.strip().replace("\n", " ")


def flow(items: list[str]) -> str:
    """Return a list in one line."""
    return f"[{', '.join(map(scalar, items))}]"


def remark(text: str) -> str:
    """Return text that may follow `#`: no line ends or control characters in it."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def example(values: list[str]) -> str:
    """Return a few values as shown in a comment."""
    cut = (v if len(v) <= _SHOWN else v[: _SHOWN - 3] + "..." for v in values)
    return remark(", ".join(f"`{value}`" for value in cut))


def shape(value: str) -> str:
    """Return a value's shape without the value: letters are a, digits 9."""
    masked = re.sub(r"[^\W\d_]", "a", re.sub(r"\d", "9", value))
    return masked if len(masked) <= _SHOWN else masked[: _SHOWN - 3] + "..."
