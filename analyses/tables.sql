-- The tables of the publication, with what one row of each is and how many there are.
-- `oncohort sql --tables` is short for it.
select
    schema_name || '.' || table_name as table_name,
    estimated_size as n_rows,
    column_count as n_columns,
    rtrim(regexp_extract(comment, '^(.*?[.:;])(\s|$)', 1), ':;') as one_row_is
from duckdb_tables()
order by schema_name, table_name
