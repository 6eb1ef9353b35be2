"""Journal tables: each table of a page as a Word table, HTML and CSV of its own."""

from oncohort.tables.files import with_table_files

__all__ = ["with_table_files"]
