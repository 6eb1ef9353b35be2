"""The templates of all pages: Jinja, strict about what is missing, escaping text."""

from functools import cache
from typing import Any


@cache
def page_environment() -> Any:
    """Return Jinja's environment over `report/templates`; it compiles each once."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("oncohort.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
