{#- Dates in the models `int_findings__*`: which there are, and what a partial one can mean. -#}

{#- Contract tables with the names of their date columns: pairs. -#}
{% macro date_columns() -%}
    {%- set pairs = [] -%}
    {%- for table in contract_tables() if execute -%}
        {%- for column in content_columns(table) if column.config.meta.type == 'date' -%}
            {%- do pairs.append((table, column.name)) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(pairs) }}
{%- endmacro %}

{#- A value as the site knows it: a partial date without the parts that nobody sent. -#}
{% macro as_text(column) -%}
    {%- if column.endswith('_on') -%}
    case {{ column }}_precision
            when 'day' then cast({{ column }} as {{ dbt.type_string() }})
            when 'month' then substring(cast({{ column }} as {{ dbt.type_string() }}), 1, 7)
            when 'year' then substring(cast({{ column }} as {{ dbt.type_string() }}), 1, 4)
        end
    {%- else -%}
    cast({{ column }} as {{ dbt.type_string() }})
    {%- endif -%}
{%- endmacro %}

{#- Days that a date can mean: a rule must not raise what may be right. -#}
{% macro earliest(column) -%}
    {{ first_possible_day(column, column ~ '_precision') }}
{%- endmacro %}

{% macro latest(column) -%}
    {{ last_possible_day(column, column ~ '_precision') }}
{%- endmacro %}

{#- The rows of a contract table with dates of it, without staging's look-ups. -#}
{% macro landed_dates(table, columns) -%}
    (
            select
                '{{ table }}' as table_name,
                site_id,
                {{ date_of('delivered_on') }} as delivered_on,
                patient_id,
                record_id,
                source_row_id,
                date_basis
                {%- for column in columns %},
                {{ date_of(column) }} as {{ column }},
                {{ precision_of(column) }} as {{ column }}_precision
                {%- endfor %}
            from {{ source('extract', table) }}
        )
{%- endmacro %}
