"""The rules of docs/house_style.md about Python, held against every module."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "python" / "oncohort"
MODULES = sorted(PACKAGE.glob("**/*.py"))
MAX_MODULE_LINES, MAX_FUNCTION_LINES = 250, 40
BANNED = {"utils", "util", "helpers", "helper", "misc", "common", "final"}


def ids(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


def functions(tree: ast.AST):
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def lines_of_code(node: ast.FunctionDef) -> int:
    """Lines of a function without its docstring."""
    first = node.body[0]
    has_doc = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    doc = first.end_lineno - first.lineno + 1 if has_doc else 0
    return node.end_lineno - node.lineno + 1 - doc


@pytest.mark.parametrize("path", MODULES, ids=ids)
def test_module_is_small_and_well_named(path):
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= MAX_MODULE_LINES
    assert path.stem not in BANNED
    assert ast.get_docstring(ast.parse(text)), "a module says what it is for"
    long = [
        f.name
        for f in functions(ast.parse(text))
        if lines_of_code(f) > MAX_FUNCTION_LINES
    ]
    assert not long, f"functions over {MAX_FUNCTION_LINES} lines: {long}"


def test_tests_and_benchmarks_are_small_too():
    files = [p for name in ("tests", "bench") for p in ROOT.glob(f"{name}/**/*.py")]
    sizes = {p.relative_to(ROOT): len(p.read_text("utf-8").splitlines()) for p in files}
    large = {path: n for path, n in sizes.items() if n > MAX_MODULE_LINES}
    assert len(files) > 100 and not large


@pytest.mark.parametrize("path", MODULES, ids=ids)
def test_bad_input_raises_and_is_never_asserted(path):
    asserts = [
        n.lineno
        for n in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(n, ast.Assert)
    ]
    assert not asserts, f"`assert` is for tests; lines {asserts}"


def test_the_generator_shares_nothing_with_the_models():
    """The made-up truth must not be made by the rules that are tested with it."""
    modules = sorted((PACKAGE / "synthetic").glob("**/*.py"))
    assert modules
    for path in modules:
        tree = ast.parse(path.read_text("utf-8"))
        imported = {
            alias.name
            for n in ast.walk(tree)
            if isinstance(n, ast.Import)
            for alias in n.names
        } | {
            n.module
            for n in ast.walk(tree)
            if isinstance(n, ast.ImportFrom) and n.module
        }
        foreign = {
            name
            for name in imported
            if name.startswith("oncohort") and not name.startswith("oncohort.synthetic")
        }
        assert not foreign, f"{path.name} imports {foreign}"
        # copying rows many times over applies no rule
        copies = {"duckdb"} if path.stem == "replicate" else set()
        assert not (imported - copies) & {"duckdb", "dbt", "yaml"}, path.name
        words = {
            n.value
            for n in ast.walk(tree)
            if isinstance(n, ast.Constant) and isinstance(n.value, str)
        }
        named = [
            w
            for w in words
            if re.search(r"seeds/|models/|studies/|\.sql\b|rule_sets", w)
        ]
        assert not named, f"{path.name} names {named}"


def test_nothing_in_the_project_names_somebodys_home():
    private = re.compile(r"(?<![\w.])/(?:root|home/\w+|Users/\w+)/")
    for path in [
        *MODULES,
        *ROOT.glob("tests/**/*.py"),
        *ROOT.glob("docs/*.md"),
        ROOT / "README.md",
    ]:
        if path == Path(__file__) or not path.exists():
            continue
        found = private.search(path.read_text("utf-8"))
        assert not found, f"{path.relative_to(ROOT)} names {found.group()}"


@pytest.mark.parametrize(
    "name", ["requirements.lock", "requirements-bench.lock", "requirements-spark.lock"]
)
def test_a_lock_names_no_registry(name):
    lock = (ROOT / name).read_text("utf-8")
    assert "--hash=sha256:" in lock
    assert "http" not in re.sub(r"httpx?\S*|#.*", "", lock)
