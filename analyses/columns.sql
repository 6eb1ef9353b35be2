-- The columns of a table, with type and meaning. `oncohort sql --columns TABLE` is
-- short for it.
-- $table = patients: name of the table, with or without its schema
select
    schema_name || '.' || table_name as table_name,
    column_name,
    lower(data_type) as data_type,
    comment as meaning
from duckdb_columns()
where
    not internal
    and lower($table) in (lower(table_name), lower(schema_name || '.' || table_name))
order by schema_name, table_name, column_index
