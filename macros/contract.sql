{#- Tables of the extract contract. Written out because dbt wants to know a model's sources
    before it has read their YAML; a test holds this list against extract.yml. -#}
{% macro contract_tables() -%}
    {{ return([
        'patients', 'diagnoses', 'contacts', 'biomarkers', 'treatments', 'procedures',
        'metastases', 'assessments', 'lesions', 'adverse_events', 'milestones', 'samples',
        'variants',
    ]) }}
{%- endmacro %}

{#- One select per typed column of the contract, united: landed values that staging turns
    into null. `kind` is 'unreadable' (dates, numbers) or 'unmapped' (codes). -#}
{% macro typed_column_values(kind) -%}
    {%- set selects = [] -%}
    {%- for table in contract_tables() -%}
        {%- set relation = source('extract', table) -%}
        {%- set terms = ref('stg_landing__code_terms') -%}
        {%- if execute -%}
            {%- for column in content_columns(table) -%}
                {%- set meta = column.config.meta -%}
                {%- if (meta.type == 'code') == (kind == 'unmapped')
                    and meta.type in ('code', 'date', 'number', 'integer') -%}
                    {%- do selects.append(
                        unread_values_of(relation, table, column.name, meta)
                    ) -%}
                {%- endif -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endfor -%}
    {{ selects | join('\nunion all\n') or 'select 1 as parsed_without_graph' }}
{%- endmacro %}

{% macro unread_values_of(relation, table, column, meta) -%}
    select
        source.site_id,
        {{ date_of('source.delivered_on') }} as delivered_on,
        source.patient_id,
        source.record_id,
        source.source_row_id,
        source.source_file,
        source.source_sheet,
        source.source_line,
        '{{ table }}' as table_name,
        '{{ column }}' as field,
        '{{ meta.code_list or meta.type }}' as expected,
        source.{{ column }} as value
    from {{ relation }} as source
    inner join (
        -- a value is judged once, not in each of its rows
        select source.site_id, source.{{ column }} as unread_value
        from (select distinct site_id, {{ column }} from {{ relation }}) as source
        {%- if meta.type == 'code' %}{{ words_of({column: meta.code_list}) }}{% endif %}
        where source.{{ column }} is not null
            and {% if meta.type == 'code' %}{{ code_of(column) }}
            {%- elif meta.type == 'date' %}{{ date_of('source.' ~ column) }}
            {%- elif meta.type == 'number' %}{{ number_of('source.' ~ column) }}
            {%- else %}{{ integer_of('source.' ~ column) }}
            {%- endif %} is null
    ) as unread
        on source.site_id = unread.site_id
        and source.{{ column }} = unread.unread_value
{%- endmacro %}

{#- Content columns of a contract table, as declared: all but lineage. -#}
{% macro content_columns(table) -%}
    {%- set declared = graph.sources.values()
        | selectattr('source_name', 'equalto', 'extract')
        | selectattr('name', 'equalto', table) | first -%}
    {{ return(declared.columns.values() | selectattr('config.meta.type', 'defined') | list) }}
{%- endmacro %}
