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
