"""Is a plan right? Its keys and kinds by `plan.schema.json`, and what it names."""

import csv
import json
from collections import Counter
from importlib.resources import files
from pathlib import Path
from typing import Any

from oncohort.errors import ConfigError

# what an analysis names, and where that is declared
NAMED = {
    "population": "populations",
    "endpoint": "endpoints",
    "followup_endpoint": "endpoints",
}


def check_schema(raw: dict[str, Any], path: Path) -> None:
    """Refuse unknown, missing, wrongly typed keys; name the first, count the rest."""
    import jsonschema

    text = files("oncohort.analysis").joinpath("plan.schema.json").read_text("utf-8")
    validator = jsonschema.Draft202012Validator(json.loads(text))
    errors = sorted(validator.iter_errors(raw), key=lambda e: [str(p) for p in e.path])
    if not errors:
        return
    first = errors[0]
    more = f" ({len(errors) - 1} more after this one)" if len(errors) > 1 else ""
    meaning = first.schema.get("description", "see plan.schema.json for the keys")
    raise ConfigError(
        f"the plan is wrong: {first.message}{more}",
        f"expected: {meaning}",
        file=path,
        column=".".join(map(str, first.path)) or "(top level)",
        value=None if isinstance(first.instance, dict | list) else repr(first.instance),
    )


def check_names(raw: dict[str, Any], path: Path) -> None:
    """Refuse ids that stand twice and names that point nowhere."""
    arms = raw["arm"]["levels"]
    compared = [each["value"] for each in arms if each.get("compared", True)]
    ids = {"arm.levels": [each["value"] for each in arms]}
    for key in ("populations", "endpoints", "analyses", "variants"):
        ids[key] = [each["id"] for each in raw.get(key, [])]
    for key, values in ids.items():
        for value, n in Counter(values).items():
            if n > 1:
                remedy = "give each an id of its own"
                raise _refusal(path, key, value, "stands twice", remedy)
    kinds = {each["kind"] for each in raw["analyses"]}
    if bool(ids["variants"]) != ("sensitivity" in kinds):
        remedy = (
            'variants are shown by an analysis of kind "sensitivity"; add it or them'
        )
        value = ", ".join(ids["variants"]) or "(none)"
        raise _refusal(path, "variants", value, "is one without the other", remedy)
    names = [
        ("study_id", raw["study_id"], [path.parent.name]),
        ("arm.reference", raw["arm"]["reference"], compared),
    ]
    for index, analysis in enumerate(raw["analyses"]):
        for key in NAMED.keys() & analysis.keys():
            place = f"analyses.{index}.{key}"
            names.append((place, analysis[key], ids[NAMED[key]]))
    items = [row["item"] for row in reporting_rows()]
    names += [("reporting", item, items) for item in raw.get("reporting", {})]
    for key, value, known in names:
        if value not in known:
            remedy = f"use one of: {', '.join(known) or '(none declared)'}"
            raise _refusal(path, key, value, "is not declared", remedy)


def reporting_rows() -> list[dict[str, str]]:
    """Return the items of the reporting checklist that a plan may answer."""
    table = files("oncohort.analysis").joinpath("reporting_items.csv")
    return list(csv.DictReader(table.read_text("utf-8").splitlines()))


def _refusal(path: Path, key: str, value: str, what: str, remedy: str) -> ConfigError:
    message = f"the plan is wrong: {key} {value!r} {what}"
    return ConfigError(message, remedy, file=path, column=key, value=value)
