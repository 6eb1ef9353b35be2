{#- The time-zero guard, run at the end of every build (dbt_project.yml, `on-run-end`). No
    arm, resistance, line or baseline value of a study may use information dated after
    time zero (study.md, Rules). A filter can be forgotten and a column that claims "known
    on" can be wrong; so nothing is declared: for each study the SQL just run, from the rows
    of today to `<study>__cohort`, is run once more with every record dated after the
    patient's time zero hidden, and each column of the entries and of the cohort must come
    out the same. (The entries too: a cohort need not show its time zero or its arm.)

    What is not hidden, each said where it stands (`config: meta: time_zero:`):
    - `outcome`: a model about the time after time zero is taken as built; models of the
      core that start from the studies' entries (responses, endpoints) are by nature.
    - `as_begun`: its rows are seen whole if they began up to time zero.
    A study without a page for its cohort (.yml) is warned, not stopped. Models that a
    partial build did not run are taken as they stand. -#}
{% macro time_zero_guard(results) -%}
    {%- set compiled = {} -%}
    {%- for result in results if result.node.resource_type == 'model' -%}
        {%- do compiled.update({result.node.unique_id: result.node.compiled_code}) -%}
    {%- endfor -%}
    {%- set said = [] -%}
    {%- for study in var('studies').split(',') -%}
        {%- set cohort = 'model.' ~ project_name ~ '.' ~ study ~ '__cohort' -%}
        {%- if execute and flags.WHICH == 'build' and compiled[cohort] -%}
            {%- set late = run_query(cohort_without_the_future(study, cohort, compiled)) -%}
            {%- set lines = late_lines(study, late.rows) -%}
            {%- if graph.nodes[cohort].patch_path -%}
                {%- do said.extend(lines) -%}
            {%- elif lines -%}
                {%- do exceptions.warn(late_message(lines)) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if said -%}
        {{ exceptions.raise_compiler_error(late_message(said)) }}
    {%- endif -%}
{%- endmacro %}

{#- Columns of the entries and the cohort that change when the future is hidden. -#}
{% macro cohort_without_the_future(study, cohort, compiled) -%}
    {%- set entered = cohort | replace('__cohort', '__entries') -%}
    {%- set judged = [entered, cohort] if compiled[entered] else [cohort] -%}
    {%- set chain = models_up_to(judged, compiled) -%}
    {%- set entries = relation_of(graph.nodes[entered]) -%}
    {%- set past = {} -%}
    {%- for id in chain -%}
        {%- set node = graph.nodes[id] -%}
        {%- do past.update({'past_' ~ node.name: hidden_rows(node, entries)
            if is_dated(node) else in_the_past(compiled[id], chain)}) -%}
    {%- endfor -%}
    with
    {{ named_steps(past) }}
    compared as (
        {% for id in judged -%}
        {%- set node = graph.nodes[id] -%}
        {%- set built = relation_of(node) -%}
        {% for column in adapter.get_columns_in_relation(built) -%}
        select
            built.patient_id,
            '{{ node.alias }}.{{ column.name }}' as field,
            cast(built.{{ column.name }} as {{ dbt.type_string() }}) as used,
            cast(past.{{ column.name }} as {{ dbt.type_string() }}) as known,
            past.patient_id is null as is_out
        from {{ built }} as built
        left join past_{{ node.name }} as past on built.patient_id = past.patient_id
        {% if not loop.last %}union all{% endif %}
        {% endfor %}
        {% if not loop.last %}union all{% endif %}
        {% endfor %}
    ),
    different as (
        select
            field,
            patient_id,
            used,
            known,
            is_out,
            count(*) over (partition by field) as n_patients,
            row_number() over (partition by field order by patient_id) as place
        from compared
        where used is distinct from known
    )
    select field, n_patients, patient_id, used, known, is_out
    from different
    where place = 1
    order by field
{%- endmacro %}

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

{#- One line for each column that uses later records. -#}
{% macro late_lines(study, rows) -%}
    {%- set said = [] -%}
    {%- for field, n, patient_id, used, known, is_out in rows -%}
        {%- do said.append(
            '  ' ~ study ~ '.' ~ field ~ ': ' ~ n ~ ' patients, such as '
            ~ patient_id ~ ': ' ~ used ~ ', but '
            ~ ('not in the cohort' if is_out else known)
            ~ ' without later records'
        ) -%}
    {%- endfor -%}
    {{ return(said) }}
{%- endmacro %}

{% macro late_message(lines) -%}
    {{ return(
        'values that use information dated after time zero\n' ~ lines | join('\n')
        ~ '\n  what to do: let the model of the column read records up to time zero;'
        ~ ' if it is about the time after, mark that model `meta: {time_zero: outcome}`'
        ~ ' (docs/new_study.md)'
    ) }}
{%- endmacro %}
