"""No cut-off, window or list of codes stands in two places.

Numbers of rules are data (`rule()`, `study_parameter()`, `limit_of()`), so SQL holds no
number but 0, 1 and the names of steps and ranks. A list of codes is written once: in a
seed, or as a group of `macros/code_groups.sql`.
"""

import csv
import re
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODELS = sorted([*ROOT.glob("models/**/*.sql"), *ROOT.glob("studies/**/*.sql")])
MACROS = sorted(ROOT.glob("macros/*.sql"))
GROUPS = ROOT / "macros" / "code_groups.sql"
NUMBER = re.compile(r"(?<![\w.'-])-?\d+(?:\.\d+)?(?![\w.'])")
# a step of a flow, a rank, a category: names, not amounts
NAMES = re.compile(
    r"\b(?:then|else|when)\s+\d+\b|\w*(?:step_no|scan_no|recurrence_no)\s*=\s*\d+"
    r"|\d+ as step_no|step_no in \([\d, ]+\)|decimal\(\d+, \d+\)"
)
NOT_A_RULE = {
    # a rank; a hundred percent
    "time_to_event_candidates": {"2"},
    "int_lesion_sums__compared": {"100"},
    # a receptor pair, a nullable day, codes of CTCAE and ECOG (5 is death in both)
    "lx_vs_tbp__demographics": {"2"},
    "tcga_brca__hormone_receptors": {"2"},
    "msk_2018__receptors": {"2"},
    "int_findings__adverse_events": {"5"},
    "int_findings__follow_up": {"5"},
}
LIST = re.compile(r"\bin\s*\(\s*('[^()]*?')\s*\)")


def code_of(text):
    """SQL without comments and without the texts of Jinja comments."""
    text = re.sub(r"\{#.*?#\}", "", text, flags=re.S)
    return re.sub(r"--[^\n]*", "", text)


def numbers(text):
    """Amounts written into SQL."""
    code = re.sub(r"'[^']*'|\"[^\"]*\"", "''", code_of(text))
    return set(NUMBER.findall(NAMES.sub("", code))) - {"0", "1", "-1"}


def lists(text):
    """Lists of two or more codes, each as a set."""
    found = []
    for inside in LIST.findall(code_of(text)):
        codes = frozenset(re.findall(r"'([^']*)'", inside))
        if len(codes) > 1:
            found.append(codes)
    return found


def grouped():
    """Group -> codes, as the macro has them."""
    return {
        name: re.findall(r"'([^']+)'", codes)
        for name, codes in re.findall(
            r"'(\w+)': \[([^\]]+)\]", GROUPS.read_text("utf-8")
        )
    }


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_no_model_holds_a_number_of_a_rule(path):
    found = numbers(path.read_text("utf-8")) - NOT_A_RULE.get(path.stem, set())
    assert not found, (
        f"{path.name} holds {sorted(found)}: put it into seeds/rule_sets.csv, "
        "seeds/record_rules.csv or the study's study_parameters.csv, with its reason"
    )


def test_no_list_of_codes_stands_twice():
    places = defaultdict(list)
    for path in [*MODELS, *MACROS]:
        for codes in lists(path.read_text("utf-8")):
            places[codes].append(path.name)
    for name, codes in grouped().items():
        places[frozenset(codes)].append(f"code_groups.sql {name}")
    twice = {tuple(sorted(codes)): at for codes, at in places.items() if len(at) > 1}
    assert not twice, f"write each once, in macros/code_groups.sql: {twice}"


def test_no_list_of_codes_repeats_what_a_seed_says():
    with (ROOT / "seeds/organs.csv").open(encoding="utf-8") as file:
        organs = list(csv.DictReader(file))
    flagged = {
        flag: {row["organ_code"] for row in organs if row[flag] == "true"}
        for flag in ("is_cns", "is_node")
    }
    for path in [*MODELS, *MACROS]:
        for codes in lists(path.read_text("utf-8")):
            same = [flag for flag, listed in flagged.items() if listed == codes]
            assert not same, f"{path.name}: in_organs('{same[0]}') says it"


def test_every_group_is_used_and_its_codes_are_on_a_list():
    with (ROOT / "seeds/code_lists.csv").open(encoding="utf-8") as file:
        listed = defaultdict(set)
        for row in csv.DictReader(file):
            listed[row["code_list"]].add(row["code"])
    with (ROOT / "seeds/endpoint_definitions.csv").open(encoding="utf-8") as file:
        listed["role"] = {row["role"] for row in csv.DictReader(file)}
    used = {
        group
        for path in MODELS
        for group in re.findall(r"in_group\('(\w+)'\)", path.read_text("utf-8"))
    }
    assert used == set(grouped())
    for name, codes in grouped().items():
        assert any(set(codes) <= known for known in listed.values()), name


def test_rules_that_share_a_number_are_not_one_rule_twice():
    with (ROOT / "seeds/rule_sets.csv").open(encoding="utf-8") as file:
        rules = [(r["rule_set_id"], r["parameter"]) for r in csv.DictReader(file)]
    assert len(rules) == len(set(rules))
    used = {
        name
        for path in [*MODELS, *MACROS]
        for name in re.findall(r"\brule\(\s*'(\w+)'", path.read_text("utf-8"))
    }
    assert used <= {parameter for _, parameter in rules}, "a rule without a row"


def test_these_tests_can_fail():
    assert numbers("select a + 28 -- 7\nfrom x where b <= 182.625") == {"28", "182.625"}
    assert (
        numbers("case when failed_step_no = 4 then 9 end, '2010-05-01', x_3") == set()
    )
    assert numbers("{{ dbt.dateadd('day', 90, 'a') }}") == {"90"}
    same = "x in ('CR', 'PR') or y in (\n    'PR',\n    'CR'\n) or z in ('a')"
    assert lists(same) == [frozenset({"CR", "PR"})] * 2
