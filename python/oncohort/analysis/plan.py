"""The analysis plan of a study: `plan.toml`, checked and typed.

Attributes are named as the keys of the plan; `plan.schema.json` says what each means.
"""

import tomllib
from pathlib import Path
from typing import Any, NamedTuple

from oncohort.analysis.marks import MarkKind, Marks, Measure
from oncohort.analysis.plan_checks import NAMED, check_names, check_schema
from oncohort.errors import ConfigError

Value = str | int | bool
# counts of real patients below it are masked on output unless the plan says otherwise
MASKED_BELOW = 5


class Level(NamedTuple):
    """One category of a variable: its value in the column, printed label and id."""

    value: Value
    label: str
    id: str


class Variable(NamedTuple):
    """One characteristic of the baseline table."""

    column: str
    label: str
    levels: tuple[Level, ...]
    block: str | None = None
    note: str | None = None
    unknown: str | None = None


class Term(NamedTuple):
    """One row of a table of adverse events."""

    value: str
    label: str
    id: str
    note: str | None = None


class Definition(NamedTuple):
    """A printed definition, and the rule or study parameter that answers to it."""

    id: str
    label: str
    unit: str
    rule: str | None = None
    parameter: str | None = None
    is_in_days: bool = False


class Arm(NamedTuple):
    """One group of patients; not `compared` means shown, but in no test."""

    value: str
    label: str
    short: str
    compared: bool = True


class Population(NamedTuple):
    """Patients of the cohort whose columns have one of the values."""

    id: str
    label: str
    confirmatory: bool
    filter: dict[str, list[Value]] = {}


class Endpoint(NamedTuple):
    """A time in days and its event, by column name."""

    id: str
    label: str
    short: str
    event_label: str
    start_label: str
    time: str
    event: str
    entry: str | None = None
    exit: str | None = None


class Analysis(NamedTuple):
    """One analysis, with the keys that its kind uses; `arm_column` is never empty."""

    id: str
    kind: str
    title: str
    arm_column: str
    printed_as: str | None = None
    short_title: str | None = None
    population: Population | None = None
    endpoint: Endpoint | None = None
    followup_endpoint: Endpoint | None = None
    horizon_months: float = 0
    tick_months: float = 0
    landmark_months: tuple[int, ...] = ()
    table: str = "cohort"
    flags: tuple[str, ...] = ()
    start: str | None = None
    site: str | None = None
    variables: tuple[Variable, ...] = ()
    beside: tuple[str, ...] = ()
    baseline: str | None = None
    covariates: tuple[str, ...] = ()
    response: str | None = None
    responders: tuple[str, ...] = ()
    not_evaluable: tuple[str, ...] = ()
    benefit: str | None = None
    groups: tuple[Arm, ...] = ()
    measures: tuple[Measure, ...] = ()
    marks: Marks | None = None
    mark_kinds: tuple[MarkKind, ...] = ()
    rows_shown: int = 20
    page: str | None = None
    interaction: str | None = None
    complete_cases: bool = False
    events: str | None = None
    term: str | None = None
    grade: str | None = None
    terms: tuple[Term, ...] = ()
    definitions: tuple[Definition, ...] = ()


class Variant(NamedTuple):
    """What one sensitivity analysis changes; the rest of the plan stands."""

    id: str
    label: str
    rules: dict[str, str | float] = {}
    parameters: dict[str, str | float] = {}
    endpoints: dict[str, str] = {}


class Plan(NamedTuple):
    """A study's plan, and the file it stands in."""

    file: Path
    study_id: str
    title: str
    question: str
    made_up: bool
    banner: str
    arm_label: str
    reference: str
    arms: tuple[Arm, ...]
    analyses: tuple[Analysis, ...]
    subtitle: str = ""
    source: str = ""
    answer: str = ""
    notes: tuple[str, ...] = ()
    days_per_month: float = 30.4375
    decimals_months: int = 1
    variants: tuple[Variant, ...] = ()
    reporting: dict[str, dict[str, str]] = {}
    alpha: float = 0.05
    masking: dict[str, Any] = {}

    @property
    def compared(self) -> tuple[Arm, ...]:
        """Arms that take part in tests, the reference last."""
        some = [arm for arm in self.arms if arm.compared]
        return tuple(sorted(some, key=lambda arm: arm.value == self.reference))

    @property
    def masked_below(self) -> int:
        """Counts from 1 to one less are masked on output; 0 masks nothing."""
        default = 0 if self.made_up else MASKED_BELOW
        return self.masking.get("threshold", default)


def load_plan(path: Path) -> Plan:
    """Read and check a study's `plan.toml`.

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
    arm, units = raw.pop("arm"), raw.pop("units", {})
    declared = {
        "populations": {p["id"]: Population(**p) for p in raw.pop("populations")},
        "endpoints": {e["id"]: Endpoint(**e) for e in raw.pop("endpoints", [])},
    }
    default = {"arm_column": arm["column"]}
    found = [_analysis(default | each, declared) for each in raw.pop("analyses")]
    variants = tuple(Variant(**each) for each in raw.pop("variants", []))
    return Plan(
        **raw,
        **units,
        file=path,
        variants=variants,
        analyses=tuple(found),
        arm_label=arm["label"],
        reference=arm["reference"],
        arms=tuple(_arm(each) for each in arm["levels"]),
    )


def _analysis(raw: dict[str, Any], declared: dict[str, dict[str, Any]]) -> Analysis:
    found = {key: declared[NAMED[key]][raw[key]] for key in NAMED if key in raw}
    kinds = raw.get("mark_kinds", [])
    parts = {
        "variables": tuple(_variable(each) for each in raw.get("variables", [])),
        "terms": tuple(
            Term(**{"id": each["value"], **each}) for each in raw.get("terms", [])
        ),
        "definitions": tuple(Definition(**each) for each in raw.get("definitions", [])),
        "groups": tuple(_arm(each) for each in raw.get("groups", [])),
        "measures": tuple(Measure(**each) for each in raw.get("measures", [])),
        "mark_kinds": tuple(MarkKind(**each) for each in kinds),
    }
    if "marks" in raw:
        parts["marks"] = Marks(**raw["marks"])
    return Analysis(**raw | found | parts)


def _arm(raw: dict[str, Any]) -> Arm:
    return Arm(**{"short": raw["label"], **raw})


def _variable(raw: dict[str, Any]) -> Variable:
    """One variable; a level's id is by default its value (true: yes, false: no)."""
    levels = []
    for each in raw["levels"]:
        value = each["value"]
        default = ("no", "yes")[value] if isinstance(value, bool) else str(value)
        levels.append(Level(**{"id": default, **each}))
    return Variable(**raw | {"levels": tuple(levels)})
