{#- What became of each seed, model and data test when it was last built: the table
    `build_results` of the working database (dbt_project.yml, `on-run-start`,
    `on-run-end`), whoever called dbt. `oncohort publish` copies it into the manifest and
    refuses what failed or did not finish: at its start a run marks what it is about to
    build, so one that was killed, or stopped by the time-zero guard, is told from one
    that ended. A partial build replaces its own rows only. No message is kept: it can
    quote a value.
    Only an engine that is published from needs it; others do nothing. -#}
{% macro build_begins(selected) -%}
    {{ return(adapter.dispatch('build_begins')(selected)) }}
{%- endmacro %}

{% macro build_ends(results) -%}
    {{ return(adapter.dispatch('build_ends')(results)) }}
{%- endmacro %}

{% macro default__build_begins(selected) -%}{%- endmacro %}

{% macro default__build_ends(results) -%}{%- endmacro %}

{% macro duckdb__build_begins(selected) -%}
    {%- if is_building() -%}
        {%- set kept = graph.nodes.keys() | reject('in', selected) | list -%}
        {%- set rows = [] -%}
        {%- for id in selected if id in graph.nodes -%}
            {%- do rows.append((graph.nodes[id], 'not finished', none, none)) -%}
        {%- endfor -%}
        {%- call statement('build_begins', auto_begin=true) -%}
        create table if not exists {{ target.schema }}.build_results (
            node_id varchar, name varchar, resource_type varchar, status varchar,
            seconds double, n_failures bigint
        );
        delete from {{ target.schema }}.build_results
        where node_id not in ('{{ kept | join("', '") }}');
        {{ insert_build_results(rows) }}
        {%- endcall -%}
        {%- do adapter.commit() -%}
    {%- endif -%}
{%- endmacro %}

{#- A hook before this one may have left a transaction open, which nobody would commit. -#}
{% macro duckdb__build_ends(results) -%}
    {%- if is_building() -%}
        {%- set rows = [] -%}
        {%- for one in results if one.node.unique_id in graph.nodes -%}
            {%- do rows.append(
                (one.node, one.status, one.execution_time, one.failures)
            ) -%}
        {%- endfor -%}
        {%- call statement('build_ends', auto_begin=true) -%}
        delete from {{ target.schema }}.build_results
        where node_id in ('{{ rows | map("first") | map(attribute="unique_id") | join("', '") }}');
        {{ insert_build_results(rows) }}
        {%- endcall -%}
        {%- do adapter.commit() -%}
    {%- endif -%}
{%- endmacro %}

{% macro insert_build_results(rows) -%}
    {%- if rows %}
    insert into {{ target.schema }}.build_results values
    {% for node, status, seconds, n_failures in rows -%}
    (
        '{{ node.unique_id }}', '{{ node.name }}', '{{ node.resource_type }}',
        '{{ status }}', {{ seconds if seconds is not none else 'null' }},
        {{ n_failures if n_failures is not none else 'null' }}
    ){{ ',' if not loop.last }}
    {% endfor -%}
    {%- endif -%}
{%- endmacro %}

{#- Whether this command of dbt makes or tests tables, and is not only read. -#}
{% macro is_building() -%}
    {{ return(execute and flags.WHICH in ('build', 'run', 'seed', 'test')) }}
{%- endmacro %}
