"""Seed, SQL and contract agree on the record rules."""

import csv
import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
with (ROOT / "seeds/record_rules.csv").open(encoding="utf-8", newline="") as file:
    RULES = {rule["rule_id"]: rule for rule in csv.DictReader(file)}
FINDING = re.compile(r"finding\('([^']+)',\s*[\"']+(\w+)")
FINDINGS = [
    found
    for path in sorted(ROOT.glob("models/intermediate/int_findings__*.sql"))
    for found in FINDING.findall(path.read_text("utf-8"))
]


def contract() -> dict[str, set[str]]:
    page = yaml.safe_load((ROOT / "models/staging/extract.yml").read_text("utf-8"))
    return {
        table["name"]: {column["name"] for column in table["columns"]}
        for table in page["sources"][0]["tables"]
    }


def test_each_rule_is_one_select():
    assert sorted(rule for rule, _ in FINDINGS) == sorted(RULES)


def test_a_rule_queries_the_first_of_its_fields():
    queried = {rule: field for rule, field in FINDINGS if not rule.startswith("any.")}
    assert queried == {
        rule_id: rule["fields"].split()[0]
        for rule_id, rule in RULES.items()
        if rule["table_name"] != "any"
    }


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_rule_is_well_declared(rule):
    assert rule["rule_id"].startswith(f"{rule['table_name']}.")
    columns = contract().get(rule["table_name"], {"record_no"})
    assert set(rule["fields"].split()) <= columns
    assert rule["message_en"].endswith(".") and rule["remedy_en"].endswith(".")
    for text in (rule["message_zh"], rule["remedy_zh"]):
        assert re.search(r"[\u4e00-\u9fff]", text) and text.endswith("。")
    if rule["limit_value"]:
        float(rule["limit_value"])


def test_every_limit_is_data_and_used():
    calls = [
        call
        for path in ROOT.glob("models/intermediate/int_findings__*.sql")
        for call in re.findall(
            r"(?:limit_of|days_after)\((?:[^()]|\([^()]*\))*\)", path.read_text("utf-8")
        )
    ]
    used = {name for call in calls for name in re.findall(r"'([^']+)'", call)}
    with_limit = {rule_id for rule_id, rule in RULES.items() if rule["limit_value"]}
    assert used & set(RULES) == with_limit
