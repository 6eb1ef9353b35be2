"""Runs dbt in this process: no shell, no working folder to be in."""

import contextlib
import os
import time
from collections.abc import Callable, Iterator, Sequence
from graphlib import TopologicalSorter
from typing import Any, NamedTuple

from oncohort.errors import BuildFailed
from oncohort.workspace import Workspace

_SAY_EVERY_SECONDS = 10
_FAILED = ("error", "fail", "runtime error")
_SHOWN_FAILURES = 20


class Model(NamedTuple):
    """A model as dbt would run it: name, quoted table, SQL, models that it reads."""

    name: str
    relation: str
    sql: str
    parents: frozenset[str]


def parsed(workspace: Workspace) -> Any:
    """Read the project and return dbt's manifest of it.

    Raises
    ------
    BuildFailed
        If dbt cannot read the project.
    """
    return _invoke(workspace, ["parse"])


def build(
    workspace: Workspace, say: Callable[[str], None] = print, manifest: Any = None
) -> list[Model]:
    """Run `dbt build` on the workspace: seeds, models and the tests of the data.

    Returns the models as they ran, so that nobody has to compile them again. With the
    project's `manifest` dbt need not read the project first.

    Not the unit tests: they test the code, give the same answer whatever the data, and
    take a third of the time. Plain `dbt build` and `make check` run them too.

    `say` gets progress lines; dbt's own log goes to `logs/dbt.log`.

    Raises
    ------
    BuildFailed
        With each failing node, what it says and its compiled SQL.
    ConfigError
        If a landed file does not fit the contract.
    """
    from oncohort.receive.landed_columns import refuse_unfit

    refuse_unfit(workspace)
    n_done, said_at = 0, time.monotonic()

    def follow(event: Any) -> None:
        nonlocal n_done, said_at
        n_done += event.info.name == "NodeFinished"
        if time.monotonic() - said_at > _SAY_EVERY_SECONDS:
            said_at = time.monotonic()
            say(f"dbt build: {n_done} done so far")

    command = ["build", "--exclude-resource-type", "unit_test"]
    results = _invoke(workspace, command, [follow], manifest).results
    say(f"dbt build: {n_done} seeds, models and tests done")
    return _models(results)


def compiled_models(workspace: Workspace) -> list[Model]:
    """Return all models as dbt would run them, each after those it reads.

    The working database must not be open in this process.

    Raises
    ------
    BuildFailed
        If dbt cannot read the project.
    """
    command = ["compile", "--select", "resource_type:model"]
    command += ["--indirect-selection", "empty"]
    return _models(_invoke(workspace, command).results)


def _models(results: Sequence[Any]) -> list[Model]:
    nodes = {
        each.node.unique_id: each.node
        for each in results
        if each.node.resource_type == "model"
    }
    parents = {name: set(node.depends_on.nodes) for name, node in nodes.items()}
    return [
        Model(
            nodes[name].name,
            nodes[name].relation_name,
            nodes[name].compiled_code,
            frozenset(nodes[each].name for each in parents[name] & nodes.keys()),
        )
        for name in TopologicalSorter(parents).static_order()
        if name in nodes
    ]


def _invoke(
    workspace: Workspace,
    command: list[str],
    callbacks: Sequence[Callable] = (),
    manifest: Any = None,
) -> Any:
    """Run a command of dbt on the workspace and return what it returns."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    workspace.create()
    workspace.copy_own_studies()
    project = str(workspace.project)
    options = ["--project-dir", project, "--profiles-dir", project]
    options += ["--target-path", str(workspace.root / "target")]
    options += ["--log-path", str(workspace.logs), "--log-level-file", "warn"]
    options += ["--log-level", "none", "--no-send-anonymous-usage-stats"]
    options += ["--no-write-json"]
    with _environment(workspace.environment()):
        try:
            runner = dbtRunner(manifest, list(callbacks))
            result = runner.invoke([*command, *options])
        finally:
            # let go of the working database: the next step opens it for itself
            DuckDBConnectionManager.close_all_connections()
    if not result.success:
        raise _failure(workspace, result)
    return result.result


@contextlib.contextmanager
def _environment(variables: dict[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    # what the caller's shell says of another workspace must not leak in
    for name in ("ONCOHORT_STUDY_PATH", "ONCOHORT_STUDIES"):
        os.environ.pop(name, None)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _failure(workspace: Workspace, result: Any) -> BuildFailed:
    log = workspace.relative(workspace.logs / "dbt.log")
    if not hasattr(result.result, "results"):
        return BuildFailed(
            f"dbt stopped: {result.exception or result.result}",
            f"correct what it names; the whole log is {log}",
        )
    failed = [node for node in result.result.results if str(node.status) in _FAILED]
    said = [_failed_node(workspace, node) for node in failed[:_SHOWN_FAILURES]]
    if len(failed) > _SHOWN_FAILURES:
        said.append(f"and {len(failed) - _SHOWN_FAILURES} more")
    listed = "\n".join(said)
    return BuildFailed(
        f"dbt build: {len(failed)} seeds, models or tests failed\n{listed}",
        f"correct the first and run again; the whole log is {log}",
    )


def _failed_node(workspace: Workspace, node: Any) -> str:
    lines = [f"  {node.node.resource_type} {node.node.name}: {node.status}"]
    lines += [f"    {line}" for line in (node.message or "").splitlines()]
    compiled = getattr(node.node, "compiled_path", None)
    if compiled:
        path = workspace.project / compiled
        lines.append(f"    SQL: {workspace.relative(path)}")
        if getattr(node, "failures", None):
            lines.append(f"    failing rows: {node.failures:,}; to see them:")
            lines.append(f'    oncohort sql --working -f "{path}"')
    return "\n".join(lines)
