import datetime
import io

import pytest

from oncohort.explain.records import Calendar, Entry
from oncohort.explain.run import Trail
from oncohort.explain.terminal import harmless, print_trail
from oncohort.explain.trail import Section
from oncohort.report.patient_page import write_patient_page
from oncohort.safe_cells import shown_width

DAY = datetime.date(2014, 5, 3)
HOSTILE = "\x1b[2J\x1b]0;owned\x07\u202eabc<script>alert(1)</script>"


def trail(*entries, site="clinic", notes=()):
    calendar = Calendar(datetime.date(2014, 1, 1), is_offset=False)
    section = Section("pfs", ["Follow-up 122 days."], list(entries), list(notes))
    place = ("00aa", site, True, "tiny", "pfs")
    return Trail(*place, calendar, [section], ["sites/clinic/site.yml: x"])


def printed(told, width, monkeypatch, out=None):
    monkeypatch.setenv("COLUMNS", str(width))
    out = out or io.StringIO()
    print_trail(told, out)
    return out.getvalue()


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_line_has_day_record_verdict_and_place(monkeypatch):
    entry = Entry(DAY, "progression", "DECIDES", True, "clinic 2020/x.csv line 3", "PD")
    missing = Entry(None, "no scan")

    lines = printed(trail(entry, missing), 100, monkeypatch).splitlines()

    assert lines[0] == "Patient 00aa (clinic, tiny, made-up patient)"
    assert "  2014-05-03  day 122    progression  DECIDES" in lines
    assert " " * 25 + "clinic 2020/x.csv line 3: PD" in lines
    assert "  missing                no scan" in lines


def test_long_texts_wrap_to_the_terminal_also_chinese_ones(monkeypatch):
    words = "疗效评价 = " + "疾病进展" * 40 + " and more " * 20
    entry = Entry(DAY, "progression", "DECIDES", True, "clinic line 3", words)

    lines = printed(trail(entry, notes=[words]), 70, monkeypatch).splitlines()

    assert max(map(shown_width, lines)) <= 70
    assert "".join(lines).count("疾") == 80


def test_colour_only_on_a_terminal_and_not_if_unwanted(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[" not in printed(trail(Entry(DAY, "x")), 80, monkeypatch)
    assert "\x1b[1m" in printed(trail(Entry(DAY, "x")), 80, monkeypatch, Terminal())
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in printed(trail(Entry(DAY, "x")), 80, monkeypatch, Terminal())


def test_a_hostile_cell_reaches_neither_terminal_nor_page(workspace, monkeypatch):
    raw = Entry(
        DAY, HOSTILE, HOSTILE, True, HOSTILE, HOSTILE, 1, (HOSTILE,), (HOSTILE,)
    )
    told = trail(raw, site=HOSTILE, notes=[HOSTILE])

    text = printed(told, 100, monkeypatch)
    assert not {"\x1b", "\x07", "\u202e"} & set(text)
    assert "\\u001b[2J" in text

    safe = trail(raw._replace(raw=(), codes=()), site=HOSTILE, notes=[HOSTILE])
    page = write_patient_page(workspace, safe).read_text("utf-8")
    assert "<script" not in page
    assert not {"\x1b", "\x07", "\u202e"} & set(page)
    with pytest.raises(ValueError, match="never holds raw text"):
        write_patient_page(workspace, told)


def test_harmless_spells_out_what_cannot_be_seen_and_keeps_a_tab():
    assert harmless("a\tb") == "a\tb"
    assert harmless("a\nb\x9b\u2028") == "a\\u000ab\\u009b\\u2028"
    assert harmless("疾病进展 １２ ½") == "疾病进展 １２ ½"
