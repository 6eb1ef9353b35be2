"""Other data through the configuration of the CDISC pilot study.

Cases worked by hand (cdisc_cases.csv), and random ones against `cdisc_oracle`.
"""

import csv
import re
import shutil
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from random import Random

import cdisc_oracle as oracle
import pytest
from cdisc_answers import ASSESSORS, DELIVERY, SOURCE, Answers, rows_of

N_RANDOM = 600


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
