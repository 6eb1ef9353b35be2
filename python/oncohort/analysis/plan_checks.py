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

    def refuse(key: str, value: str, known: list[str]) -> None:
        raise ConfigError(
            f"the plan names {value!r}, which it does not declare",
            f"use one of: {', '.join(known) or '(none declared)'}",
            file=path,
            column=key,
            value=value,
        )

    if raw["study_id"] != path.parent.name:
        refuse("study_id", raw["study_id"], [path.parent.name])
    arms = [each["value"] for each in raw["arm"]["levels"] if each.get("compared", True)]
    if raw["arm"]["reference"] not in arms:
        refuse("arm.reference", raw["arm"]["reference"], arms)
    populations = [each["id"] for each in raw["populations"]]
    endpoints = [each["id"] for each in raw.get("endpoints", [])]
    names = {
        "population": populations,
        "endpoint": endpoints,
        "followup_endpoint": endpoints,
    }
    for index, analysis in enumerate(raw["analyses"]):
        for key, known in names.items():
            if key in analysis and analysis[key] not in known:
                refuse(f"analyses.{index}.{key}", analysis[key], known)
    ids = {
        "arm.levels": [each["value"] for each in raw["arm"]["levels"]],
        "populations": populations,
        "endpoints": endpoints,
        "analyses": [each["id"] for each in raw["analyses"]],
    }
    for key, values in ids.items():
        twice = [value for value in values if values.count(value) > 1]
        if twice:
            raise ConfigError(
                f"the id {twice[0]!r} stands twice in the plan",
                "give each one an id of its own: results are named by it",
                file=path,
                column=key,
                value=twice[0],
            )
