{#- What Apache Spark says otherwise than DuckDB (docs/scale.md). Everything else in the
    models is read by both engines as it stands; tests/conventions holds that. -#}

{#- Spark knows no `external_location`: before a run each source becomes a table that
    stands on its folder of the landing zone. A folder without files stops the run. -#}
{% macro landed_tables() -%}
    {%- do adapter.dispatch('landed_tables')() -%}
{%- endmacro %}

{% macro default__landed_tables() -%}{%- endmacro %}

{% macro spark__landed_tables() -%}
    {%- set sources = graph.sources.values()
        | selectattr('source_name', 'in', ['extract', 'landing']) | list
        if execute else [] -%}
    {%- for schema in sources | map(attribute='schema') | unique -%}
        {%- do run_query('drop schema if exists ' ~ schema ~ ' cascade') -%}
        {%- do run_query('create schema ' ~ schema) -%}
    {%- endfor -%}
    {%- for node in sources -%}
        {%- set relation = node.schema ~ '.' ~ node.identifier -%}
        {%- do run_query(
            'create table ' ~ relation ~ " using parquet options (path '"
            ~ workspace_path() ~ '/landing/' ~ node.name
            ~ "', recursiveFileLookup 'true', pathGlobFilter '*.parquet')"
        ) -%}
    {%- endfor -%}
{%- endmacro %}

{#- Spark would look for a relative path in its own warehouse and find nothing. -#}
{% macro workspace_path() -%}
    {%- set project = (graph.nodes.values() | selectattr('root_path') | first).root_path -%}
    {%- set path = env_var('ONCOHORT_WORKSPACE', project) -%}
    {{ return(path if modules.re.match('/|\\w+:', path) else project ~ '/' ~ path) }}
{%- endmacro %}

{#- Spark's `varchar` wants a length, its text is `string`. -#}
{% macro spark_type(type) -%}
    {{ return('string' if type == 'varchar' else type) }}
{%- endmacro %}

{% macro spark__cast(field, type) -%}
    cast({{ field }} as {{ spark_type(type) }})
{%- endmacro %}

{#- dbt-spark sets values between quotes as they are and writes `None` for an empty cell;
    here Spark reads the file, as DuckDB does. -#}
{% macro spark__load_csv_rows(model, agate_table) -%}
    {%- set columns = [] -%}
    {%- for name in agate_table.column_names -%}
        {%- set type = adapter.convert_type(agate_table, loop.index0) -%}
        {%- set type = model.config.column_types.get(name, type) -%}
        {%- do columns.append(dbt.cast(name, type) ~ ' as ' ~ name) -%}
    {%- endfor -%}
    {%- set view = model.name ~ '__file' -%}
    {%- do run_query(
        'create or replace temporary view ' ~ view ~ " using csv options (path '"
        ~ model.root_path ~ '/' ~ model.original_file_path
        ~ "', header 'true', multiLine 'true', quote '\"', escape '\"')"
    ) -%}
    {%- set sql = 'insert into ' ~ this ~ ' select ' ~ columns | join(', ') ~ ' from ' ~ view -%}
    {%- do adapter.add_query(sql) -%}
    {{ return(sql) }}
{%- endmacro %}

{#- A date stays a date. -#}
{% macro spark__dateadd(datepart, interval, from_date_or_timestamp) -%}
    {%- if datepart == 'day' -%}
    date_add({{ from_date_or_timestamp }}, cast({{ interval }} as integer))
    {%- else -%}
    add_months(
        {{ from_date_or_timestamp }},
        cast({{ interval }} * {{ {'month': 1, 'year': 12}[datepart] }} as integer)
    )
    {%- endif -%}
{%- endmacro %}

{% macro spark__datediff(first_date, second_date, datepart) -%}
    cast(datediff({{ second_date }}, {{ first_date }}) as bigint)
{%- endmacro %}

{#- In the order of the texts themselves, whatever order is asked for. -#}
{% macro spark__listagg(measure, delimiter_text, order_by_clause, limit_num) -%}
    array_join(array_sort(collect_list({{ measure }})), {{ delimiter_text }})
{%- endmacro %}

{#- Spark plans a CTE anew for each use, a chain of them without end: each is a table. -#}
{% macro spark__named_steps(selects) -%}
    {%- for name, select in selects.items() -%}
        {%- do run_query('drop table if exists ' ~ name) -%}
        {%- do run_query('create table ' ~ name ~ ' as ' ~ select) -%}
    {%- endfor -%}
{%- endmacro %}

{#- Java reads `1d`, `0x1p3` and no `1_000`; DuckDB the other way round. -#}
{% macro spark__read_as(text, type) -%}
    {%- if type == 'double' -%}
    case
        when {{ text }} rlike '^[ \t\n\r]*[-+]?([0-9](_?[0-9])*[.]?([0-9](_?[0-9])*)?|[.][0-9](_?[0-9])*)([eE][-+]?[0-9]+)?[ \t\n\r]*$'
            then try_cast(replace({{ text }}, '_', '') as double)
    end
    {%- else -%}
    try_cast({{ text }} as {{ type }})
    {%- endif -%}
{%- endmacro %}

{#- Java makes two letters of a Turkish capital I, and another sigma at a word's end. -#}
{% macro spark__term_of(text) -%}
    lower(translate(trim({{ text }}), 'İΣ', 'iσ'))
{%- endmacro %}
