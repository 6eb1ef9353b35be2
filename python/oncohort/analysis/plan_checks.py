"""Checks of a study's plan: keys against the schema, names against each other."""

import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from oncohort.errors import ConfigError


@cache
def _schema() -> dict[str, Any]:
    text = files("oncohort.analysis").joinpath("plan.schema.json").read_text("utf-8")
    return json.loads(text)


def check_schema(raw: dict[str, Any], path: Path) -> None:
    """Refuse unknown, missing and wrongly typed keys; name the first, count the rest.

    Parameters
    ----------
    raw : dict
        The plan as read.
    path : Path
        Its file, for the message.

    Raises
    ------
    ConfigError
        With file, key, value and what the key expects.
    """
    import jsonschema

    validator = jsonschema.Draft202012Validator(_schema())
    errors = sorted(validator.iter_errors(raw), key=lambda e: [str(p) for p in e.path])
    if not errors:
        return
    first = errors[0]
    shown = None if isinstance(first.instance, dict | list) else repr(first.instance)
    meaning = first.schema.get("description", "see plan.schema.json for the keys")
    more = f" ({len(errors) - 1} more after this one)" if len(errors) > 1 else ""
    raise ConfigError(
        f"the plan is wrong: {first.message}{more}",
        f"expected: {meaning}",
        file=path,
        column=".".join(str(part) for part in first.path) or "(top level)",
        value=shown,
    )


def check_names(raw: dict[str, Any], path: Path) -> None:
    """Refuse names that point nowhere and ids that stand twice.

    Parameters
    ----------
    raw : dict
        The plan as read; its keys have passed `check_schema`.
    path : Path
        Its file, for the message.

    Raises
    ------
    ConfigError
        With file, key, value and the names it could be.
    """
    levels = raw["arm"]["levels"]
    ids = {
        "arm.levels": [each["value"] for each in levels],
        "populations": [each["id"] for each in raw["populations"]],
        "endpoints": [each["id"] for each in raw.get("endpoints", [])],
        "analyses": [each["id"] for each in raw["analyses"]],
    }
    for key, values in ids.items():
        for value in values:
            if values.count(value) > 1:
                _refuse(path, key, value, "stands twice", "give each an id of its own")
    compared = [each["value"] for each in levels if each.get("compared", True)]
    names = [
        ("study_id", raw["study_id"], [path.parent.name]),
        ("arm.reference", raw["arm"]["reference"], compared),
    ]
    for index, analysis in enumerate(raw["analyses"]):
        for key, known in (
            ("population", ids["populations"]),
            ("endpoint", ids["endpoints"]),
            ("followup_endpoint", ids["endpoints"]),
        ):
            if key in analysis:
                names.append((f"analyses.{index}.{key}", analysis[key], known))
    for key, value, known in names:
        if value not in known:
            remedy = f"use one of: {', '.join(known) or '(none declared)'}"
            _refuse(path, key, value, "is not declared", remedy)


def _refuse(path: Path, key: str, value: str, what: str, remedy: str) -> None:
    message = f"the plan is wrong: {key} {value!r} {what}"
    raise ConfigError(message, remedy, file=path, column=key, value=value)
