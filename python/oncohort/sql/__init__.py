"""`oncohort sql`: one read-only question to a publication.

A question is found and judged (`questions`), put under limits of time and memory
(`limits`), asked of a database that nothing leads out of (`ask`), and its answer is
written as a table or a file (`answers`).
"""

from oncohort.sql.ask import SCHEMAS, database_file, run_sql

__all__ = ["SCHEMAS", "database_file", "run_sql"]
