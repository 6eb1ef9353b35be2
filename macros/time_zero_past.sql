{#- What the time-zero guard (time_zero.sql) runs again, and on which rows: models between
    the records and the cohort, with every record after time zero hidden. -#}

{#- Models between the rows of today and those judged, in the order of the build. -#}
{% macro models_up_to(judged, compiled) -%}
    {%- set wanted = judged | list -%}
    {%- set dated = [] -%}
    {%- for id in wanted -%}
        {%- for parent in graph.nodes[id].depends_on.nodes
            if parent.startswith('model.') and parent not in wanted + dated -%}
            {%- if is_dated(graph.nodes[parent]) -%}
                {%- do dated.append(parent) -%}
            {%- elif parent in compiled and not is_outcome(graph.nodes[parent]) -%}
                {%- do wanted.append(parent) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for id in compiled if id in wanted -%}{%- do dated.append(id) -%}{%- endfor -%}
    {{ return(dated) }}
{%- endmacro %}

{#- Whether the rows of a model are records with a date of their own. -#}
{% macro is_dated(node) -%}
    {%- set parents = node.depends_on.nodes | join(' ') -%}
    {{ return(
        node.config.meta.time_zero == 'as_begun'
        or ('.stg_extract__' in parents and node.fqn[1] != 'staging')
    ) }}
{%- endmacro %}

{#- Whether a model is about the time after time zero. -#}
{% macro is_outcome(node) -%}
    {{ return(
        node.config.meta.time_zero == 'outcome'
        or (is_shared(node) and starts_from_entries(node))
    ) }}
{%- endmacro %}

{#- Whether a model belongs to all studies. -#}
{% macro is_shared(node) -%}
    {{ return(node.fqn[1] in ('intermediate', 'marts')) }}
{%- endmacro %}

{% macro starts_from_entries(node) -%}
    {%- if node.name == 'int_study_entries__united' -%}{{ return(true) }}{%- endif -%}
    {%- for id in node.depends_on.nodes if id.startswith('model.') -%}
        {%- set parent = graph.nodes[id] -%}
        {%- if is_shared(parent) and not is_dated(parent)
            and starts_from_entries(parent) -%}
            {{ return(true) }}
        {%- endif -%}
    {%- endfor -%}
    {{ return(false) }}
{%- endmacro %}

{#- Not `ref`: the hook learns only at the end which models it reads. -#}
{% macro relation_of(node) -%}
    {{ return(api.Relation.create(
        database=node.database, schema=node.schema, identifier=node.alias
    )) }}
{%- endmacro %}

{#- Records dated up to the patient's time zero: by the first date of the row. Of such a row
    a later date that was sent (an end) is gone, one that we derive becomes time zero. A
    column known on a later date of the row is gone with it: a code by its name, others as
    their page says (`meta: {known_on: last_on}`). Undated records stay: nothing says that
    they are later. -#}
{% macro hidden_rows(node, entries) -%}
    {%- set relation = relation_of(node) -%}
    {%- set columns = adapter.get_columns_in_relation(relation) -%}
    {%- set names = columns | map(attribute='name') | list -%}
    {%- set dates = [] -%}
    {%- for column in columns
        if column.dtype | lower == 'date' and column.name != 'delivered_on' -%}
        {%- do dates.append(column.name) -%}
    {%- endfor -%}
    {%- set is_whole = node.config.meta.time_zero == 'as_begun' -%}
    select
        {% for name in names -%}
        {%- set known_on = known_on_of(node, name, names) -%}
        {%- if 'patient_id' not in names or is_whole or known_on not in dates[1:] -%}
        records.{{ name }}
        {%- else -%}
        case
            when records.{{ known_on }} > entries.time_zero_on then {{
                'entries.time_zero_on'
                if name in dates and name ~ '_precision' not in names else 'null'
            }}
            else records.{{ name }}
        end as {{ name }}
        {%- endif %}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ relation }} as records
    {%- if dates and 'patient_id' in names %}
    inner join {{ entries }} as entries on records.patient_id = entries.patient_id
    where records.{{ dates[0] }} is null
        or records.{{ dates[0] }} <= entries.time_zero_on
    {%- endif %}
{%- endmacro %}

{#- The date of a row on which a column of it is known, if not on the first. -#}
{% macro known_on_of(node, name, names) -%}
    {%- set page = (node.columns[name] or {}).get('config', {}).get('meta', {}) -%}
    {%- set stem = name | replace('_precision', '') | replace('_code', '') -%}
    {{ return(page.get('known_on', stem if stem.endswith('_on') else stem ~ '_on')) }}
{%- endmacro %}
