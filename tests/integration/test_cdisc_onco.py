"""The CDISC pilot study: a study that lives in a workspace, held against admiralonco.

`cdisc_workspace` is what a data manager would write; the tests copy it and run
`oncohort refresh` on it. First the data as published (tests/reference/cdisc_onco), then
other data through the same configuration: cases worked by hand (cdisc_cases.csv) and
random ones against `cdisc_oracle`.
"""

import csv
import re
import shutil
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from random import Random

import cdisc_oracle as oracle
import duckdb
import pytest
from workspaces import ROOT, published

from oncohort.cli import main
from oncohort.workspace import Workspace

SOURCE = Path(__file__).with_name("cdisc_workspace")
REFERENCE = ROOT / "tests" / "reference" / "cdisc_onco"
DELIVERY = Path("extracts", "cdisc_pilot", "2020-01-01")
ASSESSORS = {
    "cdisc": None,
    "cdisc_investigator": "INVESTIGATOR",
    "cdisc_independent": "INDEPENDENT ASSESSOR",
}
N_RANDOM = 600


def rows_of(path: Path) -> list[dict]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def stamps() -> dict:
    """What is in the checkout's own folders, and when it was last written."""
    folders = [SOURCE, *(ROOT / name for name in ("models", "seeds", "sites"))]
    files = [p for f in folders for p in f.rglob("*") if p.is_file()]
    return {path: path.stat().st_mtime_ns for path in files}


class Answers:
    """Best responses and follow-up of a refreshed workspace, by USUBJID."""

    def __init__(self, root: Path):
        assert main(["--workspace", str(root), "refresh"]) == 0
        database = duckdb.connect(str(published(Workspace(root))), read_only=True)
        landed = (root / "landing" / "patients" / "*/*/*.parquet").as_posix()
        database.execute(
            "create temp table subjects as select distinct patient_id, record_no "
            f"from read_parquet('{landed}', hive_partitioning = false)"
        )
        found = database.execute(
            "select record_no, rule_set_id, is_confirmed, response_code, response_on "
            "from core.best_responses join subjects using (patient_id)"
        ).fetchall()
        self.best = {
            row[:3]: (row[3].replace("NON_CR_NON_PD", "NON-CR/NON-PD"), row[4])
            for row in found
        }
        assert len(self.best) == len(found)
        found = database.execute(
            "select endpoint_code, rule_set_id, record_no, start_on, end_on, "
            "followup_days, is_event "
            "from core.time_to_event join subjects using (patient_id)"
        ).fetchall()
        self.followed = {row[:3]: row[3:] for row in found}

    def first_pd(self, subject, rule_set):
        followed = self.followed.get(("ttp", rule_set, subject))
        return followed[1] if followed and followed[3] else None


@pytest.fixture(scope="module")
def as_published(tmp_path_factory) -> Answers:
    root = tmp_path_factory.mktemp("cdisc") / "workspace"
    before = stamps()
    shutil.copytree(SOURCE, root)
    answers = Answers(root)
    assert stamps() == before, "the checkout was written to"
    return answers


def test_every_response_is_admiraloncos(as_published):
    expected = rows_of(REFERENCE / "expected_response.csv")
    assert len(expected) == 306

    for rule_set in ("cdisc", "cdisc_investigator"):
        for row in expected:
            subject = row["USUBJID"]
            for is_confirmed, name in ((False, "BOR"), (True, "CBOR")):
                on = row[f"{name}_ADT"]
                assert as_published.best[subject, rule_set, is_confirmed] == (
                    row[f"{name}_AVALC"],
                    date.fromisoformat(on) if on else None,
                ), subject
            pd_on = as_published.first_pd(subject, rule_set)
            assert ("Y" if pd_on else "N") == row["PD_AVALC"]
            assert (str(pd_on) if pd_on else "") == row["PD_ADT"]


def test_the_counts_of_the_randomised(as_published):
    randomised = {row["USUBJID"] for row in rows_of(SOURCE / DELIVERY / "ds.csv")}
    counts = {False: Counter(), True: Counter()}
    for (subject, rule_set, is_confirmed), (code, _) in as_published.best.items():
        if rule_set == "cdisc" and subject in randomised:
            counts[is_confirmed][code] += 1

    assert counts == {
        False: {"CR": 15, "PR": 37, "SD": 12, "PD": 140, "NE": 1, "MISSING": 49},
        True: {"CR": 8, "PR": 18, "SD": 33, "PD": 144, "NE": 2, "MISSING": 49},
    }


def test_every_pfs_is_the_expected_one(as_published):
    expected = rows_of(REFERENCE / "expected_pfs.csv")
    assert len(expected) == 254
    pfs = [key for key in as_published.followed if key[:2] == ("pfs", "cdisc")]
    assert len(pfs) == 254

    for row in expected:
        assert as_published.followed["pfs", "cdisc", row["USUBJID"]] == (
            date.fromisoformat(row["STARTDT"]),
            date.fromisoformat(row["ADT"]),
            int(row["AVAL"]),
            row["CNSR"] == "0",
        ), row["USUBJID"]


def test_nobody_has_an_independent_assessment_there(as_published):
    assert {
        code
        for (_, rule_set, _), (code, _) in as_published.best.items()
        if rule_set == "cdisc_independent"
    } == {"MISSING"}


# Other data through the same configuration


def reading(text: str) -> oracle.Reading:
    """`2014-03-01 PR`, `A/R1*@W6:2014-03-01 PR`: independent, reader, flag, visit."""
    who, _, what = text.rpartition(":")
    day, _, response = what.partition(" ")
    reader = re.match(r"A/(\w+)(\*?)(?:@(\w+))?$", who)
    if not reader:
        return oracle.Reading(day, response)
    name, star, visit = reader.groups(default="")
    return oracle.Reading(
        day, response, "INDEPENDENT ASSESSOR", name, star == "*", visit
    )


def random_readings(random: Random, start: date) -> list[oracle.Reading]:
    """Visits of one subject: close together, so that every rule is at an edge."""
    readings, day = [], start + timedelta(random.choice([-10, 0, 13, 27, 41, 42]))
    words = ["CR"] * 4 + ["PR"] * 5 + ["NE"] * 3 + ["SD", "NON-CR/NON-PD"] * 2 + ["PD"]
    readers = random.choice(
        [[""], ["A"], ["A", "B"], ["", "A", "B"]]  # "": the investigator
    )
    for number in range(random.choice([0, 1, 2, 4, 6, 8])):
        text, accepted = day.isoformat(), random.choice(["A", "B", None])
        text = text[: random.choices([10, 7, 4], [90, 8, 2])[0]]
        for name in readers * random.choices([1, 2], [9, 1])[0]:
            word = random.choice([*words, random.choice(["CHECK", "", "SD"])])
            who = ("INDEPENDENT ASSESSOR", name) if name else ("INVESTIGATOR", "")
            flag = bool(name) and name == accepted
            visit = f"V{number}" if random.random() < 0.9 else ""
            readings.append(oracle.Reading(text, word, *who, flag, visit))
        day += timedelta(random.choice([1, 7, 14, 21, 27, 28, 29, 42]))
    return readings


def made_up() -> dict[str, tuple]:
    """Random subjects: start, death, readings. One in ten is not randomised."""
    random, subjects = Random(20140112), {}
    for number in range(N_RANDOM):
        start = date(2014, 1, 1) + timedelta(random.randint(0, 700))
        death = start + timedelta(random.randint(0, 300))
        subjects[f"random-{number}"] = (
            start if random.random() < 0.9 else None,
            death if random.random() < 0.2 else None,
            random_readings(random, start),
        )
    return subjects


def by_hand() -> dict[str, dict]:
    return {
        row["case"]: row for row in rows_of(Path(__file__).parent / "cdisc_cases.csv")
    }


def write(path: Path, header: str, rows: list) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([header.split(","), *rows])


@pytest.fixture(scope="module")
def other_data(tmp_path_factory) -> Answers:
    """The same configuration over the cases by hand and the random subjects."""
    root = tmp_path_factory.mktemp("cdisc_other") / "workspace"
    shutil.copytree(SOURCE, root)
    subjects = made_up()
    for case, row in by_hand().items():
        texts = [text for text in row["readings"].split("|") if text]
        subjects[case] = (row["start"], row["death"], [reading(t) for t in texts])
    dm, ds, rs = [], [], []
    for number, (subject, (start, death, readings)) in enumerate(subjects.items()):
        arm = ["Placebo", "Xanomeline High Dose"][number % 2]
        dm.append([subject, f"9{number % 7}", arm, "F", "WHITE", death])
        ds += [[subject, "SCREENED", "2012-01-01"], [subject, "RANDOMIZED", start]]
        if not start:
            ds.pop()
        for at in readings:
            flag = "Y" if at.is_accepted else ""
            tail = [at.assessor, at.reader, flag, at.visit, at.day]
            rs.append([subject, "OVRLRESP", at.response, *tail])
            rs.append([subject, "TRGRESP", "PD", *tail])
    folder = root / DELIVERY
    write(folder / "dm.csv", "USUBJID,SITEID,ARM,SEX,RACE,DTHDTC", dm)
    write(folder / "ds.csv", "USUBJID,DSDECOD,DSSTDTC", ds)
    names = "USUBJID,RSTESTCD,RSSTRESC,RSEVAL,RSEVALID,RSACPTFL,VISIT,RSDTC"
    write(folder / "rs.csv", names, rs)
    return Answers(root)


@pytest.mark.parametrize("case", by_hand())
def test_case_by_hand(other_data, case):
    row = by_hand()[case]
    rule_set = row["rule_set"]

    def on(name):
        return date.fromisoformat(row[name]) if row[name] else None

    for is_confirmed, name in ((False, "bor"), (True, "cbor")):
        answer = other_data.best[case, rule_set, is_confirmed]
        assert answer == (row[name], on(f"{name}_on")), row["why"]
    assert other_data.first_pd(case, rule_set) == on("pd_on")
    pfs = other_data.followed.get(("pfs", rule_set, case))
    if not row["start"]:
        assert pfs is None
        return
    start, end = on("start"), on("pfs_end")
    assert pfs == (start, end, (end - start).days + 1, row["pfs_event"] == "1")
    if row["last_assessment_end"]:
        censored = other_data.followed["pfs", "cdisc_last_assessment", case]
        assert censored[1] == on("last_assessment_end")


@pytest.mark.parametrize("rule_set", ASSESSORS)
def test_random_subjects_are_what_the_words_say(other_data, rule_set):
    seen = Counter()
    for subject, (start, death, readings) in made_up().items():
        if start is None:
            assert other_data.best[subject, rule_set, True] == ("MISSING", None)
            continue
        kept = oracle.visits(readings, start, ASSESSORS[rule_set])
        for is_confirmed in (False, True):
            expected = oracle.best(kept, start, is_confirmed)
            answer = other_data.best[subject, rule_set, is_confirmed]
            assert answer == expected, (subject, kept)
            seen[is_confirmed, expected[0]] += 1
        end, days, is_event, last_end = oracle.progression_free(kept, start, death)
        answer = other_data.followed["pfs", rule_set, subject]
        assert answer == (start, end, days, is_event), (subject, kept)
        if rule_set == "cdisc":
            censored = other_data.followed["pfs", "cdisc_last_assessment", subject]
            assert censored[1] == last_end, (subject, kept)
    assert len(seen) == 14, f"the random data reach only {dict(seen)}"
