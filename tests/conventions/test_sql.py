"""The rules of docs/house_style.md about SQL, held against every model."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
MODELS = sorted([*ROOT.glob("models/**/*.sql"), *ROOT.glob("studies/**/*.sql")])
SHARED = [
    *ROOT.glob("tests/sql/**/*.sql"),
    *(path for path in ROOT.glob("macros/*.sql") if path.stem != "engine_spark"),
]
# One engine's own words; the models must run on another one too (design.md, 5).
NOT_PORTABLE = {
    "qualify": r"\bqualify\b",
    "exclude": r"\bexclude\b",
    "a cast with ::": r"::",
    "date_diff": r"\bdate_?diff\s*\(",
    "date_add": r"\bdate_?add\s*\(",
    "strftime": r"\bstr[fp]time\s*\(",
    "list functions": r"\blist_\w+\s*\(",
    "string_agg": r"\bstring_agg\s*\(",
    "try_cast": r"\btry_cast\s*\(",
    "filter (where": r"\bfilter\s*\(\s*where",
    "group by position": r"\bgroup\s+by\s+\d",
    "group by all": r"\bgroup\s+by\s+all\b",
    "ilike": r"\bilike\b",
    "varchar": r"\bvarchar\b",
    "by name": r"\bby\s+name\b",
    "a list": r"[\w)]\[|=\s*\[",
}
# What both engines know and compute alike: `make test-spark` has run every one of them.
# A function that is not here goes there first, or into a dispatched macro.
KNOWN_TO_BOTH = {
    *("abs", "cast", "coalesce", "count", "decimal", "extract", "first_value", "floor"),
    *("lag", "lead", "least", "lower", "max", "min", "nullif", "replace", "row_number"),
    *("substring", "sum", "trim", "try_cast"),
}
SQL_BEFORE_BRACKET = {
    *(
        "and",
        "as",
        "by",
        "case",
        "else",
        "end",
        "exists",
        "from",
        "in",
        "join",
        "not",
        "on",
    ),
    *(
        "or",
        "over",
        "select",
        "then",
        "union",
        "using",
        "values",
        "when",
        "where",
        "with",
    ),
}
SHORT_BY_MACRO = {
    "unreadable_values",
    "unmapped_values",
    "int_records__repeated",
    "lx_vs_tbp__cohort_flow",
    "tcga_brca__cohort_flow",
    "msk_2018__cohort_flow",
}
MAX_LINES, MAX_CTES, MAX_WIDTH = 120, 8, 88


def ids(path: Path) -> str:
    return path.stem


def page_of(path: Path) -> dict:
    """What a YAML says of a model: one of its own, or its family's (`int_findings`)."""
    family = path.with_name(f"{path.stem.partition('__')[0]}.yml")
    page = family if family.is_file() else path.with_suffix(".yml")
    models = yaml.safe_load(page.read_text("utf-8"))["models"]
    (model,) = [model for model in models if model["name"] == path.stem]
    return model


def code_of(path: Path) -> str:
    """Model without comments, macro calls, and what is one engine's own by name."""
    text = re.sub(r"\{#.*?#\}", "", path.read_text("utf-8"), flags=re.S)
    text = re.sub(r"macro (?:duckdb|spark)__.*?endmacro", "", text, flags=re.S)
    # one macro ends before the next begins
    text = re.sub(r"\{%-? endmacro -?%\}", ";", text)
    text = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", text, flags=re.S)
    return re.sub(r"--.*", "", text)


def test_there_are_models_to_look_at():
    assert len(MODELS) > 40


@pytest.mark.parametrize("path", MODELS, ids=ids)
def test_model_is_portable(path):
    code = code_of(path)
    used = [
        word for word, regex in NOT_PORTABLE.items() if re.search(regex, code, re.I)
    ]
    assert not used, f"{path.name} uses what another engine does not know: {used}"


@pytest.mark.parametrize("path", [*MODELS, *SHARED], ids=ids)
def test_functions_are_known_to_both_engines(path):
    called = set(re.findall(r"\b([a-z_]\w*)\s*\(", code_of(path).lower()))
    foreign = called - KNOWN_TO_BOTH - SQL_BEFORE_BRACKET
    assert not foreign, f"{path.name} calls what Spark may not know: {foreign}"


def test_unit_tests_are_portable():
    for page in [*ROOT.glob("models/**/*.yml"), *ROOT.glob("studies/**/*.yml")]:
        fixtures = re.sub(r"data_type: \w+", "", page.read_text("utf-8"))
        found = re.findall(r"\bas varchar\b|\bby name\b|::", fixtures)
        assert not found, f"{page.name} gives rows in words of one engine: {found}"


@pytest.mark.parametrize("path", MODELS, ids=ids)
def test_model_says_what_one_row_is_and_is_short(path):
    lines = path.read_text("utf-8").splitlines()
    assert lines[0].startswith("-- One row per "), (
        "the head comment says what one row is"
    )
    assert len(lines) <= MAX_LINES
    assert max(map(len, lines)) <= MAX_WIDTH
    assert not any(line != line.rstrip() for line in lines), (
        "white space at a line's end"
    )


@pytest.mark.parametrize(
    "path", [m for m in MODELS if m.stem not in SHORT_BY_MACRO], ids=ids
)
def test_model_has_the_shape_of_the_house(path):
    text = path.read_text("utf-8")
    ctes = re.findall(r"^(\w+) as \($", text, re.M)
    assert 1 <= len(ctes) <= MAX_CTES
    assert text.rstrip().splitlines()[-1] == f"select * from {ctes[-1]}"
    stars = re.findall(r"select \*|\b\w+\.\*", text)
    allowed = 2 if path.stem.startswith("stg_extract__") else 1
    assert len(stars) <= allowed, "only staging's `source` selects *"


@pytest.mark.parametrize("path", MODELS, ids=ids)
def test_model_has_a_page_with_every_column_described(path):
    model = page_of(path)
    assert model["description"].strip()
    bare = [c["name"] for c in model["columns"] if not c.get("description", "").strip()]
    assert not bare, f"columns without description: {bare}"
    tests = [next(iter(test)) for test in model.get("data_tests", [])]
    # that of staged rows is tested once, in `source_rows`
    is_staged = path.stem.startswith("stg_extract__")
    assert is_staged or "has_unique_key" in tests, "no test on its key"


@pytest.mark.parametrize(
    "path",
    [m for m in MODELS if "marts" in m.parts or "studies" in m.parts],
    ids=ids,
)
def test_mart_enforces_its_contract(path):
    model = page_of(path)
    assert model["config"]["contract"] == {"enforced": True}
    assert all(column.get("data_type") for column in model["columns"])


def test_the_macro_lists_every_table_of_the_contract():
    declared = yaml.safe_load((ROOT / "models/staging/extract.yml").read_text("utf-8"))
    tables = [table["name"] for table in declared["sources"][0]["tables"]]
    macro = (ROOT / "macros/contract.sql").read_text("utf-8")
    listed = re.search(r"return\(\[(.*?)\]\)", macro, re.S).group(1)
    assert re.findall(r"'(\w+)'", listed) == tables


def test_no_identifying_column_passes_staging():
    declared = yaml.safe_load((ROOT / "models/staging/extract.yml").read_text("utf-8"))
    identifying = {
        column["name"]
        for table in declared["sources"][0]["tables"]
        for column in table["columns"]
        if column["config"]["meta"].get("identifying")
    }
    assert {"record_no", "patient_name", "national_no"} <= identifying
    for path in MODELS:
        columns = {column["name"] for column in page_of(path)["columns"]}
        assert not identifying & columns
        # it links hospitals: for the rule that finds a person at two of them
        assert "person_id" not in columns or path.stem == "stg_extract__patients"
