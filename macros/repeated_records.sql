{#- Landed rows whose record stands more than once in its delivery: one select per table,
    then one per date, number and code, united: free text is no value to compare. -#}
{% macro repeated_records() -%}
    {%- set selects = [] -%}
    {%- for table in contract_tables() -%}
        {%- set relation = source('extract', table) -%}
        {%- set terms = ref('stg_landing__code_terms') -%}
        {%- if execute -%}
            {%- set content = content_columns(table) -%}
            {{ 'with' if loop.first else ',' }} {{ table }} as (
                {{ repeated_rows_of(relation, content) }}
            )
            {%- for column in content if column.config.meta.type != 'text' -%}
                {%- do selects.append(
                    repeated_values_of(table, column.name, column.config.meta)
                ) -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endfor %}
    {{ selects | join('\nunion all\n') or 'select 1 as parsed_without_graph' }}
{%- endmacro %}

{% macro repeated_rows_of(relation, content) -%}
    {%- set parts = ['source_file', "'|'", "coalesce(source_sheet, '')"] -%}
    {%- for column in content -%}
        {%- do parts.extend(["'|'", "coalesce(" ~ column.name ~ ", '')"]) -%}
    {%- endfor -%}
    {%- set dates = content | selectattr('config.meta.type', 'equalto', 'date')
        | map(attribute='name') | list -%}
    select
        *,
        {{ 'coalesce(' ~ (dates + ['null']) | join(', ') ~ ') is not null' if dates
            else 'true' }} as has_date,
        {{ dbt.hash(dbt.concat(parts)) }} as content_hash
    from {{ relation }}
    where row_action <> 'delete'
        and record_id in (
            select record_id
            from {{ relation }}
            where row_action <> 'delete'
            group by record_id, delivered_on
            having count(*) > 1
        )
{%- endmacro %}

{% macro repeated_values_of(table, column, meta) -%}
    select
        site_id,
        {{ date_of('delivered_on') }} as delivered_on,
        patient_id,
        record_id,
        source_row_id,
        has_date,
        content_hash,
        '{{ table }}' as table_name,
        '{{ column }}' as field,
        {% if meta.type == 'code' %}{{ code_of(column) }}
        {%- elif meta.type == 'date' %}{{ column }}
        {%- else %}cast({{ number_of(column) }} as {{ dbt.type_string() }})
        {%- endif %} as value,
        {{ 'true' if meta.type == 'date' else 'false' }} as is_date
    from {{ table }} as source
    {%- if meta.type == 'code' %}{{ words_of({column: meta.code_list}) }}{% endif %}
{%- endmacro %}
