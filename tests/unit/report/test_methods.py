"""How a number was made is told once, in plain words."""

import re

from analysis.test_beside import BESIDE

from oncohort.analysis import analyse
from oncohort.report.methods import ways
from oncohort.report.numbers import mid_sentence


def test_ways_of_one_statistic_are_told_together():
    of = "Cox, {} against C, Efron; Wald; oncohort 1.0, scipy 1.17.1"
    told = "Cox, A / B against C, Efron; Wald; oncohort 1.0, scipy 1.17.1"
    assert ways([of.format("A"), of.format("B")]) == told
    two = ["chi-square of event, known; oncohort 1.0", "Fisher; scipy 1.17.1"]
    assert (
        ways(two) == "chi-square of event, known; or Fisher; oncohort 1.0, scipy 1.17.1"
    )
    commas = ["of event, in all; numpy 2.4", "of death, in all; numpy 2.4"]
    assert ways(commas) == "of event / death, in all; numpy 2.4"
    remarked = ["chi-square; no P: nobody has it; scipy 1.17", "chi-square; scipy 1.17"]
    assert ways(remarked) == "chi-square; no P: nobody has it; scipy 1.17"
    assert ways(["count of patients"]) == "count of patients"
    assert ways([]) == ""


def test_labels_keep_their_capitals_in_mid_sentence():
    assert mid_sentence("Index treatment") == "index treatment"
    assert mid_sentence("HER2 status") == "HER2 status"


def test_further_estimators_do_not_crowd_the_notes_of_the_figure(tiny, pages):
    plan = tiny.folder / "plan.toml"
    plan.write_text(plan.read_text("utf-8").replace(*BESIDE, 1), "utf-8")
    analyse(tiny, say=lambda line: None)
    written = pages()
    notes = re.findall("<b>Hazard ratio:</b>(.*)</p>", written["tiny-efficacy"])

    assert len(notes) == 1
    assert "Efron ties" in notes[0]
    assert not re.search("Breslow|Peto|stratified by site", notes[0])
    assert notes[0].count("oncohort") == 1
    for estimator in ("Breslow", "Peto", "stratified by site"):
        assert estimator in written["tiny-methods"]
