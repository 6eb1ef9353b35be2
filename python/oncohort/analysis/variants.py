"""Variants of a plan: the study's models run once more, with a rule changed.

dbt's own models, as it compiled them, run in memory: those between the changed table
and the study's cohort. The working database is only read.
"""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

from oncohort.analysis.plan import Plan, Variant
from oncohort.analysis.store import StudyTables
from oncohort.dbt_run import Model
from oncohort.errors import ConfigError

if TYPE_CHECKING:
    import duckdb

RULES, PARAMETERS = "int_rule_sets__united", "int_study_parameters__united"
CATALOG = "oncohort_variant_"
RELATION = re.compile(r'"[^"]+"\."[^"]+"\."[^"]+"')
COMPUTED = """
select endpoint_code, rule_set_id from core.time_to_event where study_id = $study
union select 'bor', rule_set_id from core.best_responses where study_id = $study
order by all
"""


@contextmanager
def run_again(
    plan: Plan, variant: Variant, data: StudyTables, table: str = "cohort"
) -> Iterator[StudyTables]:
    """Run the models between what a variant changes and a table of the study.

    Parameters
    ----------
    plan : Plan
        Names the study, and the file that an error names.
    variant : Variant
        If it changes nothing, all that a variant could reach runs as it stands.
    data : StudyTables
        The study as built, with the models.
    table : str
        Table of the study that is wanted.

    Yields
    ------
    StudyTables
        The tables that ran again; they are gone when the context ends.

    Raises
    ------
    ConfigError
        If the variant names what there is not or a value that does not fit, changes
        nothing that the table is made of, or leaves nobody in it.
    """
    import duckdb

    changes = _changes(variant)
    catalog = f"{CATALOG}{variant.id}"
    roots = {RULES} if variant.rules else set()
    roots |= {PARAMETERS} if variant.parameters or variant.endpoints else set()
    models = _between(data.models, roots or {RULES, PARAMETERS}, plan, table)
    if not models and not changes:
        yield data
        return
    if not models:
        what = f"{plan.study_id}.{table} is made without what it changes"
        raise _refusal(plan, variant, changes, what, "change what the cohort reads")
    connection = data.connection.cursor()
    connection.execute(f"attach ':memory:' as {catalog}")
    try:
        try:
            _run(plan, variant, models, connection, catalog)
        except duckdb.Error as error:
            first_line = str(error).partition("\n")[0]
            what = f"the models do not run with it: {first_line}"
            remedy = "give each parameter a value of the kind it has"
            raise _refusal(plan, variant, changes, what, remedy) from error
        again = StudyTables(connection, plan.study_id, catalog)
        if not again.select("1", table=table, tail="limit 1"):
            what, remedy = "it leaves nobody in the cohort", "choose another value"
            raise _refusal(plan, variant, changes, what, remedy)
        yield again
    finally:
        connection.execute(f"detach {catalog}")
        connection.close()


def side_by_side(
    data: StudyTables, run: Callable[[Variant], list], variants: Sequence[Variant]
) -> list[list]:
    """What `run` makes of each variant, in their order; several at a time.

    The engine takes one thread for each meanwhile: small statements gain nothing from
    two, and cost half as much again.
    """
    data.connection.execute("set threads = 1")
    try:
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            return list(pool.map(run, variants))
    finally:
        data.connection.execute("reset threads")


def _between(
    models: Sequence[Model], roots: set[str], plan: Plan, table: str
) -> list[Model]:
    """Models from the roots to the study's table, in order; none if no way leads."""
    after, before = set(roots), {f"{plan.study_id}__{table}"}
    for model in models:
        if model.parents & after:
            after.add(model.name)
    if not before <= after:
        return []
    for model in reversed(models):
        if model.name in before:
            before |= model.parents
    return [model for model in models if model.name in after & before]


def _run(
    plan: Plan,
    variant: Variant,
    models: list[Model],
    connection: "duckdb.DuckDBPyConnection",
    catalog: str,
) -> None:
    """Make each model's table in the variant's catalog; what runs again reads there.

    A table that no later model reads is dropped: of many patients it fills the memory.
    """
    moved: dict[str, str] = {}
    last_read = {name: model.name for model in models for name in model.parents}
    for model in models:
        _, schema, table = model.relation.split(".")
        new = f"{catalog}.{schema}.{table}"
        sql = RELATION.sub(lambda found: moved.get(found[0], found[0]), model.sql)
        if model.name in (RULES, PARAMETERS):
            sql = f"select * from {model.relation}"  # noqa: S608 - as dbt built it
        connection.execute(f"create schema if not exists {catalog}.{schema}")
        connection.execute(f"create table {new} as {sql}")
        moved[model.relation] = new
        if model.name == RULES:
            _set_values(plan, variant, "rules", new, "true", connection)
        if model.name == PARAMETERS:
            own = f"study_id = '{plan.study_id}'"
            _set_values(plan, variant, "parameters", new, own, connection)
            _choose_rule_sets(plan, variant, new, connection)
        for read in models:
            if last_read.get(read.name) == model.name:
                connection.execute(f"drop table {moved[read.relation]}")


def _set_values(
    plan: Plan,
    variant: Variant,
    kind: str,
    table: str,
    own: str,
    connection: "duckdb.DuckDBPyConnection",
) -> None:
    """Put the variant's values in place of those of the table's own rows."""
    for key, value in getattr(variant, kind).items():
        # the update returns how many rows it found
        update = f"update {table} set value = ? where parameter = ? and {own}"  # noqa: S608
        ((n,),) = connection.execute(update, [str(value), key]).fetchall()
        if not n:
            known = f"select distinct parameter from {table} where {own} order by all"  # noqa: S608
            names = [name for (name,) in connection.execute(known).fetchall()]
            place = {f"{kind}.{key}": value}
            remedy = f"use one of: {', '.join(names) or '(none declared)'}"
            what = f"{kind} has no {key!r}"
            raise _refusal(plan, variant, place, what, remedy)


def _choose_rule_sets(
    plan: Plan, variant: Variant, table: str, connection: "duckdb.DuckDBPyConnection"
) -> None:
    """Let the study's cohort show an endpoint by another rule set."""
    computed = connection.execute(COMPUTED, {"study": plan.study_id}).fetchall()
    for endpoint, rule_set in variant.endpoints.items():
        if (endpoint, rule_set) not in computed:
            own = [each for each in computed if each[0] == endpoint]
            known = ", ".join(f"{code} = {name}" for code, name in own or computed)
            what = f"the study computes no {endpoint} by rule set {rule_set!r}"
            remedy = (
                f"use one of: {known}; or add the row '{endpoint},{rule_set}' to the"
                " study's study_endpoints.csv, if the rule set is defined, and build"
            )
            place = {f"endpoints.{endpoint}": rule_set}
            raise _refusal(plan, variant, place, what, remedy)
        chosen = [plan.study_id, f"{endpoint}_rule_set"]
        where = "where study_id = ? and parameter = ?"
        connection.execute(f"delete from {table} {where}", chosen)  # noqa: S608
        insert = f"insert into {table} (study_id, parameter, value) values (?, ?, ?)"  # noqa: S608
        connection.execute(insert, [*chosen, rule_set])


def _changes(variant: Variant) -> dict[str, str | float]:
    """Everything a variant changes, by its key in the plan."""
    return {
        f"{kind}.{key}": value
        for kind in ("rules", "parameters", "endpoints")
        for key, value in getattr(variant, kind).items()
    }


def _refusal(
    plan: Plan,
    variant: Variant,
    changes: dict[str, str | float],
    what: str,
    remedy: str,
) -> ConfigError:
    return ConfigError(
        f"variant {variant.id} of the plan is wrong: {what}",
        remedy,
        file=plan.file,
        column=f"variants: {variant.id}: {', '.join(changes)}",
        value=", ".join(map(str, changes.values())),
    )
