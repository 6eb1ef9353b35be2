{#- A model becomes its table in one statement. dbt-duckdb's own way makes a draft, renames
    twice, drops, and describes the contract in SQL: a dozen calls a model, which at some
    hundred patients are half of a build. The promise is the same: a model that fails, in its
    SQL or its contract, leaves the table that stood there. -#}
{% materialization table, adapter='duckdb' %}
    {%- set target = this.incorporate(type='table') -%}
    {%- set old = load_cached_relation(this) -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- set columns = columns_of_contract(compiled_code) -%}
    {%- if old is not none and not old.is_table -%}
        {%- do adapter.drop_relation(old) -%}
    {%- endif -%}
    {%- call statement('main') -%}
        create or replace table {{ target }} as (
            select {{ columns }} from (
                {{ compiled_code }}
            ) as made
        )
    {%- endcall -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do persist_docs(target, model) -%}
    {%- do adapter.commit() -%}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{#- The columns as the model's page lists them; `*` where no contract is enforced. Fails
    unless the SQL gives these, each with its type. -#}
{% macro columns_of_contract(sql) -%}
    {%- if not config.get('contract').enforced -%}{{ return('*') }}{%- endif -%}
    {%- set made = get_column_schema_from_query(sql, config.get('sql_header', none)) -%}
    {%- set found, wanted = {}, {} -%}
    {%- for column in made -%}
        {%- do found.update({column.name: column.dtype | upper}) -%}
    {%- endfor -%}
    {%- for column in model.columns.values() -%}
        {%- do wanted.update({column.name: column.data_type | upper | replace(', ', ',')}) -%}
        {%- if column.constraints -%}{%- do refuse_constraints() -%}{%- endif -%}
    {%- endfor -%}
    {%- if model.constraints -%}{%- do refuse_constraints() -%}{%- endif -%}
    {%- if found != wanted -%}
        {#- dbt's own check says which column differs, and knows an engine's other names -#}
        {%- do assert_columns_equivalent(sql) -%}
    {%- endif -%}
    {{ return(wanted | join(', ')) }}
{%- endmacro %}

{% macro refuse_constraints() -%}
    {{ exceptions.raise_compiler_error(
        model.name ~ ': a constraint is not enforced here; make it a data test'
    ) }}
{%- endmacro %}
