"""The analysis plan of a study: `plan.toml`, checked and typed."""

import tomllib
from pathlib import Path
from typing import Any, NamedTuple

from oncohort.analysis.plan_checks import check_names, check_schema
from oncohort.errors import ConfigError

Value = str | int | bool


class Level(NamedTuple):
    """One category of a variable: its value in the column, id and printed label."""

    value: Value
    id: str
    label: str


class Variable(NamedTuple):
    """One characteristic of the baseline table."""

    column: str
    label: str
    block: str | None
    note: str | None
    unknown: str | None
    levels: tuple[Level, ...]


class Arm(NamedTuple):
    """One group of patients; not `compared` means shown, but in no test."""

    id: str
    short: str
    label: str
    is_compared: bool


class Population(NamedTuple):
    """Patients of the cohort whose columns have one of the values."""

    id: str
    label: str
    is_confirmatory: bool
    filter: dict[str, list[Value]]


class Endpoint(NamedTuple):
    """A time in days and its event, by column name."""

    id: str
    label: str
    short: str
    event_label: str
    start_label: str
    time: str
    event: str


class Analysis(NamedTuple):
    """One analysis; `options` holds the keys of its kind as the plan gives them."""

    id: str
    kind: str
    title: str
    printed_as: str | None
    population: Population | None
    endpoint: Endpoint | None
    followup_endpoint: Endpoint | None
    variables: tuple[Variable, ...]
    options: dict[str, Any]


class Plan(NamedTuple):
    """A study's plan; `text` holds title, question, banner, notes and the like."""

    study_id: str
    made_up: bool
    text: dict[str, Any]
    days_per_month: float
    decimals_months: int
    arm_column: str
    arm_label: str
    reference: str
    arms: tuple[Arm, ...]
    analyses: tuple[Analysis, ...]

    @property
    def compared(self) -> tuple[Arm, ...]:
        """Arms that take part in tests, the reference last."""
        some = [arm for arm in self.arms if arm.is_compared]
        return tuple(sorted(some, key=lambda arm: arm.id == self.reference))


def load_plan(path: Path) -> Plan:
    """Read and check a study's plan.

    Parameters
    ----------
    path : Path
        The study's `plan.toml`.

    Returns
    -------
    Plan
        Everything the analyses and the report need to know about the study.

    Raises
    ------
    ConfigError
        If the file is no TOML, a key is unknown, missing or of the wrong kind, or a
        name points nowhere; with file, key, value and what to do.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"the plan is not readable as TOML: {error}",
            "correct the named line; text is UTF-8 and stands in double quotes",
            file=path,
        ) from error
    check_schema(raw, path)
    check_names(raw, path)
    populations = {p["id"]: _population(p) for p in raw["populations"]}
    endpoints = {e["id"]: Endpoint(**e) for e in raw.get("endpoints", [])}
    text_keys = ("title", "subtitle", "question", "source", "banner", "answer", "notes")
    units = raw.get("units", {})
    return Plan(
        study_id=raw["study_id"],
        made_up=raw["made_up"],
        text={key: raw.get(key, [] if key == "notes" else "") for key in text_keys},
        days_per_month=units.get("days_per_month", 30.4375),
        decimals_months=units.get("decimals_months", 1),
        arm_column=raw["arm"]["column"],
        arm_label=raw["arm"]["label"],
        reference=raw["arm"]["reference"],
        arms=tuple(_arm(level) for level in raw["arm"]["levels"]),
        analyses=tuple(_analysis(a, populations, endpoints) for a in raw["analyses"]),
    )


def _population(raw: dict[str, Any]) -> Population:
    filters = raw.get("filter", {})
    return Population(raw["id"], raw["label"], raw["confirmatory"], filters)


def _arm(raw: dict[str, Any]) -> Arm:
    short = raw.get("short", raw["label"])
    return Arm(raw["value"], short, raw["label"], raw.get("compared", True))


def _level_id(raw: dict[str, Any]) -> str:
    """Id of a level: its own, or the value (true: yes, false: no)."""
    words = {True: "yes", False: "no"}
    value = raw["value"]
    default = words[value] if isinstance(value, bool) else str(value)
    return str(raw.get("id", default))


def _variable(raw: dict[str, Any]) -> Variable:
    levels = tuple(
        Level(each["value"], _level_id(each), each["label"]) for each in raw["levels"]
    )
    optional = (raw.get(key) for key in ("block", "note", "unknown"))
    return Variable(raw["column"], raw["label"], *optional, levels)


def _analysis(
    raw: dict[str, Any],
    populations: dict[str, Population],
    endpoints: dict[str, Endpoint],
) -> Analysis:
    return Analysis(
        id=raw["id"],
        kind=raw["kind"],
        title=raw["title"],
        printed_as=raw.get("printed_as"),
        population=populations.get(raw.get("population", "")),
        endpoint=endpoints.get(raw.get("endpoint", "")),
        followup_endpoint=endpoints.get(raw.get("followup_endpoint", "")),
        variables=tuple(_variable(each) for each in raw.get("variables", [])),
        options=raw,
    )
