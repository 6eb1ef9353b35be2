import csv
import io
import re

import docx
import pytest

from oncohort.figures.look import BEFORE
from oncohort.tables import files, with_table_files
from oncohort.tables.read_page import page_tables

PAGE = """<div class="banner made-up"><p>Made up.</p></div>
<section id="safety"><h2>Safety <span class="tag">Exploratory</span></h2>
<div class="scroll"><table class="numeric"><caption>Events,
 n (%)</caption>
<thead><tr><th rowspan="2" scope="col">Term</th>
<th colspan="2" scope="colgroup">Grade 3–4</th></tr>
<tr><th scope="col">New<br>N = 9</th><th scope="col">Old<sup>a</sup></th></tr></thead>
<tbody><tr class="heading"><th scope="row">Skin</th><td></td><td></td></tr>
<tr><th scope="row" class="indented">=Rash &amp; more</th>
<td><data data-result-id="r1">3</data>
<span>(<data data-result-id="r2">33.3</data>)</span></td>
<td><strong><data data-result-id="r3">-1.5</data></strong></td></tr></tbody></table>
</div><div class="footnotes"><p><sup>a</sup> Of <i>all</i>.</p></div></section>
<section id="other"><table class="published"><caption>No</caption><tbody>
<tr><td><data data-result-id="r4">1</data></td></tr></tbody></table>
<table class="numeric"><caption>No number</caption><tbody><tr><td>1</td></tr></tbody>
</table></section>"""


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "tables"


def test_only_tables_of_results_get_files_and_links(folder):
    page = with_table_files(PAGE, folder, "tiny")

    names = [f"tiny_safety.{kind}" for kind in ("csv", "docx", "html")]
    assert sorted(path.name for path in folder.iterdir()) == names
    assert sorted(re.findall(r'href="tables/([^"]+)" download', page)) == names
    # outside the box that scrolls
    assert re.search(r"</table>\s*</div>\s*<p class=\"files\">", page)
    assert re.sub(r'\n<p class="files">.*?</p>', "", page) == PAGE


def test_a_table_is_set_again_only_if_it_or_the_code_differs(folder, monkeypatch):
    def bytes_after(page):
        """What became of a DOCX marked by hand, as if of the report before."""
        with_table_files(PAGE, folder / BEFORE, "tiny")
        (folder / BEFORE / "tiny_safety.docx").write_bytes(b"kept")
        with_table_files(page, folder, "tiny")
        return (folder / "tiny_safety.docx").read_bytes()

    assert bytes_after(PAGE) == b"kept"
    assert bytes_after(PAGE.replace("33.3", "33.4")) != b"kept"
    assert bytes_after(PAGE.replace("Of <i>all</i>", "Of none")) != b"kept"
    monkeypatch.setattr(files, "_code", lambda: "newer")
    # the report before was set by the older
    monkeypatch.setattr(files, "BEFORE", "nowhere")
    with_table_files(PAGE, folder / BEFORE, "tiny")
    monkeypatch.undo()
    (folder / BEFORE / "tiny_safety.docx").write_bytes(b"kept")
    with_table_files(PAGE, folder, "tiny")
    assert (folder / "tiny_safety.docx").read_bytes() != b"kept"


def test_the_word_table_says_what_the_page_says(folder):
    with_table_files(PAGE, folder, "tiny")
    document = docx.Document(folder / "tiny_safety.docx")
    (table,) = document.tables

    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["Term", "Grade 3–4", "Grade 3–4"],
        ["Term", "New N = 9", "Oldᵃ"],
        ["Skin", "", ""],
        ["=Rash & more", "3 (33.3)", "-1.5"],
    ]
    texts = [each.text for each in document.paragraphs]
    assert texts[:2] == ["Events, n (%)", "Made-up patients. Exploratory"]
    assert texts[-1] == "ᵃ Of all."


def test_the_word_table_can_be_read_on_paper(folder):
    with_table_files(PAGE, folder, "tiny")
    (table,) = docx.Document(folder / "tiny_safety.docx").tables

    heads = ["w:tblHeader" in row._tr.xml for row in table.rows]
    assert heads == [True, True, False, False]
    bold = [[c.paragraphs[0].runs[0].bold for c in row.cells] for row in table.rows[2:]]
    assert bold == [[True, None, None], [None, None, True]]
    assert table.cell(3, 0).paragraphs[0].paragraph_format.left_indent > 0
    assert table.cell(1, 0)._tc is table.cell(0, 0)._tc
    assert table.cell(0, 1)._tc is table.cell(0, 2)._tc


def test_a_column_of_the_word_table_is_as_wide_as_its_texts(folder):
    with_table_files(PAGE.replace("Skin", "Hand-foot syndrome"), folder, "tiny")
    document = docx.Document(folder / "tiny_safety.docx")
    (table,) = document.tables
    label, *numbers = (column.width for column in table.columns)

    # 18 characters of the label beside 8 of `3 (33.3)` and 6 at the least
    assert [label / each for each in numbers] == pytest.approx([18 / 8, 18 / 6], 1e-3)
    # A4 less two margins of 18 mm
    assert label + sum(numbers) == pytest.approx(174 * 36000, 1e-3)
    assert table.cell(2, 0).width == label
    centre = docx.enum.text.WD_ALIGN_PARAGRAPH.CENTER
    assert table.cell(0, 1).paragraphs[0].alignment == centre


def test_a_wide_word_table_lies_on_its_side(folder):
    def width(page):
        with_table_files(page, folder, "tiny")
        return docx.Document(folder / "tiny_safety.docx").sections[0].page_width.mm

    long = "175.3 (156.9 to 198.7) " * 2
    assert round(width(PAGE)) == 210
    wide = PAGE.replace("=Rash &amp; more", long).replace(">(<", f">{long}(<")
    assert round(width(wide.replace(">-1.5<", f">{long}<"))) == 210
    head, *rows = '<th scope="col">C</th>', "<td></td>", "<td>1</td>"
    many = PAGE.replace("Old<sup>a</sup></th>", f"Old</th>{head * 5}")
    for cell in ("<td></td></tr>", "</strong></td></tr>"):
        many = many.replace(cell, cell.replace("</tr>", f"{rows[0] * 5}</tr>"))
    many = many.replace('colspan="2"', 'colspan="7"')
    assert round(width(many)) == 297


def test_the_csv_says_what_the_page_says_and_holds_no_formula(folder):
    with_table_files(PAGE, folder, "tiny")
    text = (folder / "tiny_safety.csv").read_text("utf-8-sig")

    assert list(csv.reader(io.StringIO(text))) == [
        ["Term", "Grade 3–4 | New N = 9", "Grade 3–4 | Oldᵃ"],
        ["Skin", "", ""],
        ["'=Rash & more", "3 (33.3)", "-1.5"],
    ]


def test_the_html_has_its_heads_and_asks_for_nothing(folder):
    with_table_files(PAGE, folder, "tiny")
    text = (folder / "tiny_safety.html").read_text("utf-8")

    assert re.search(r'colspan="2"[^>]*scope="colgroup"', text)
    assert "=Rash &amp; more" in text
    assert "ᵃ Of all." in text
    assert not re.search(r"<script|https?://|<link", text)


@pytest.mark.parametrize("kind", ["docx", "csv", "html"])
def test_the_same_page_gives_the_same_bytes(tmp_path, kind):
    for name in ("a", "b"):
        with_table_files(PAGE, tmp_path / name, "tiny")
    first, other = (tmp_path / n / f"tiny_safety.{kind}" for n in ("a", "b"))
    assert first.read_bytes() == other.read_bytes()


def test_spans_over_rows_hold_in_every_row():
    rows = """<section id="s"><table class="numeric"><tbody>
    <tr><th rowspan="2">Both</th><td>1</td></tr><tr><td>2</td></tr></tbody></table>"""
    (table,) = page_tables(rows)
    assert table.body_grid() == [["Both", "1"], ["Both", "2"]]
