{#- DuckDB's threads, where whoever builds has chosen (python/oncohort/workspace.py): over
    small tables its own threads cost more than they give, dbt's two suffice. -#}
{% macro engine_threads() -%}
    {{ return(adapter.dispatch('engine_threads')()) }}
{%- endmacro %}

{% macro default__engine_threads() -%}{%- endmacro %}

{% macro duckdb__engine_threads() -%}
    {%- if env_var('ONCOHORT_ENGINE_THREADS', '') -%}
    set threads = {{ env_var('ONCOHORT_ENGINE_THREADS') | int }}
    {%- endif -%}
{%- endmacro %}

{#- In the order of the texts themselves, as on Spark, whatever order is asked for: a list
    sorted after it is gathered takes a third of the time of an aggregate that sorts. -#}
{% macro duckdb__listagg(measure, delimiter_text, order_by_clause, limit_num) -%}
    array_to_string(list_sort(list({{ measure }})), {{ delimiter_text }})
{%- endmacro %}
