"""A table as an HTML file of its own, made by great_tables: to paste into a text."""

from html import escape

from oncohort.tables.read_page import Table, grid, place

# three rules, as journals set tables
LOOK = {
    "table_font_size": "13px",
    "source_notes_font_size": "85%",
    "data_row_padding": "2px",
    "table_body_hlines_style": "none",
    "stub_border_style": "none",
    "column_labels_border_top_color": "black",
    "column_labels_border_bottom_color": "black",
    "table_body_border_bottom_color": "black",
    "table_border_top_style": "none",
}


def standalone_html(table: Table, made_from: str) -> str:
    """Return a page with one table: spanning heads, indented rows, notes below.

    `made_from` stands in its head, for whoever asks whether it is still the same.

    The report's own page keeps its table: there each number leads to its result, and
    the colours follow light and dark; great_tables' fixed colours do not.
    """
    import pandas as pd
    from great_tables import GT, loc, style

    rows, heads = grid(table.body), grid(table.head)
    names = [str(number) for number in range(len(rows[0]))]
    labels = dict(zip(names, heads[-1], strict=True))
    made = (
        GT(pd.DataFrame(rows, columns=names), rowname_col="0", id="table")
        .tab_header(title=table.caption, subtitle=". ".join(table.marks) or None)
        .tab_stubhead(labels.pop("0"))
        .cols_label(**labels)
        .cols_align("right", columns=names[1:])
        .opt_align_table_header("left")
        .tab_options(**LOOK)
    )
    for (row, column), cell in place(table.body).items():
        if cell.is_bold:
            name = names[column]
            where = loc.body([name], [row]) if column else loc.stub([row])
            made = made.tab_style(style.text(weight="bold"), where)
    inside = [n for n, row in enumerate(table.body) if row[0].is_indented]
    if inside:
        made = made.tab_stub_indent(rows=inside, indent=2)
    for label, members in _spanners(heads, names).items():
        made = made.tab_spanner(label, columns=members)
    for note in table.notes:
        made = made.tab_source_note(note)
    inner = made.as_raw_html()
    mark = f'<meta name="made-from" content="{made_from}">'
    head = f'<meta charset="utf-8">{mark}<title>{escape(table.caption)}</title>'
    top = f'<!doctype html>\n<html lang="en"><head>{head}</head>'
    return f"{top}\n<body>{inner}</body></html>\n"


def _spanners(heads: list[list[str]], names: list[str]) -> dict[str, list[str]]:
    """Columns under each spanning head of a head of two rows."""
    found: dict[str, list[str]] = {}
    for above, below, name in zip(heads[0], heads[-1], names, strict=True):
        if above != below:
            found.setdefault(above, []).append(name)
    return found
