{#- How the time-zero guard (time_zero.sql) writes what it runs again. -#}

{#- Named selects, each of which reads those before it, as the first CTEs of a query. -#}
{% macro named_steps(selects) -%}
    {{ return(adapter.dispatch('named_steps')(selects)) }}
{%- endmacro %}

{% macro default__named_steps(selects) -%}
    {%- for name, select in selects.items() %}
    {{ name }} as (
        {{ select }}
    ),
    {%- endfor %}
{%- endmacro %}

{#- The SQL of a model, reading the hidden models in place of the built. -#}
{% macro in_the_past(sql, chain) -%}
    {%- set past = namespace(sql=sql) -%}
    {%- for id in chain -%}
        {%- set node = graph.nodes[id] -%}
        {%- set past.sql = modules.re.sub(
            modules.re.escape(node.relation_name) ~ '(?!\\w)',
            'past_' ~ node.name, past.sql
        ) -%}
    {%- endfor -%}
    {{ return(past.sql) }}
{%- endmacro %}
