{#- What the models `int_findings__*` share. A rule is one `finding(...)` with its `from`
    and `where`: rows of a state, a field, and the other fact it does not agree with. -#}

{#- The `from` and `where` of rows of a staged table, once for each state of their site
    in which they count (`int_deliveries__in_effect`); `from_current` for every delivery.
    `rows`: a select to take in place of the staged table. -#}
{% macro from_states(table, rows=none) -%}
    from {{ rows or ref('stg_extract__' ~ table) }} as staged
    inner join {{ ref('int_deliveries__in_effect') }} as deliveries
        on staged.site_id = deliveries.site_id
        and staged.delivered_on = deliveries.delivered_on
        and deliveries.table_name = '{{ table }}'
    left join {{ ref('int_patients__as_of') }} as patients
        on staged.patient_id = patients.patient_id
        and deliveries.as_of_on = patients.as_of_on
    {{ only_in_effect('staged') }}
{%- endmacro %}

{#- The same for rows of a model that name their contract table themselves. -#}
{% macro from_states_of(rows, alias) -%}
    from {{ rows }} as {{ alias }}
    inner join {{ ref('int_deliveries__in_effect') }} as deliveries
        on {{ alias }}.site_id = deliveries.site_id
        and {{ alias }}.delivered_on = deliveries.delivered_on
        and {{ alias }}.table_name = deliveries.table_name
    {{ only_in_effect(alias) }}
{%- endmacro %}

{#- The last join, and the `where`, of rows of deliveries in effect that count: not marked
    as deleted, and their record not sent anew by a `changes` delivery up to the state's
    day. A change replaces what came before its day; one that only deletes, that day's too.
    A join: `not exists` with these dates would keep a second copy of all rows. -#}
{% macro only_in_effect(row) -%}
    left join {{ ref('int_records__changed') }} as changed
        on {{ row }}.record_id = changed.record_id
        and deliveries.as_of_on >= changed.delivered_on
        and {{ row }}.delivered_on <= case
            when changed.is_deleted then changed.delivered_on
            else {{ dbt.dateadd('day', -1, 'changed.delivered_on') }}
        end
    where changed.record_id is null
{%- endmacro %}

{#- Of a row in `from_states`: what a finding keeps of it, and what its patient's other
    records say (`int_patients__as_of`). -#}
{% macro row_columns() -%}
    staged.site_id,
        deliveries.as_of_on,
        staged.patient_id,
        staged.record_id,
        staged.source_row_id
        {%- for fact in [
            'primary_from_on', 'primary_text', 'metastatic_from_on', 'metastatic_by_on',
            'metastatic_text', 'n_metastatic', 'is_dead', 'n_death', 'died_by_on',
            'died_text',
        ] %},
        patients.{{ fact }}
        {%- endfor %}
{%- endmacro %}

{#- The `select` of a rule. `value` and `related_value` are columns, by default those
    named as the field. Rules `any.` judge rows of any table: table and field are columns. -#}
{% macro finding(rule_id, field, value=none, related=none, related_value=none) -%}
{%- set nothing = 'cast(null as ' ~ dbt.type_string() ~ ')' -%}
{%- set is_any = rule_id.startswith('any.') -%}
select
        '{{ rule_id }}' as rule_id,
        site_id,
        as_of_on,
        {{ 'table_name' if is_any else "'" ~ rule_id.split('.')[0] ~ "'" }} as table_name,
        {{ field if is_any else "'" ~ field ~ "'" }} as field,
        patient_id,
        record_id,
        source_row_id,
        {{ as_text(value or field) }} as value,
        {{ "'" ~ related ~ "'" if related else nothing }} as related_field,
        {{ as_text(related_value or related) if related else nothing }}
            as related_value
{%- endmacro %}

{#- Limit of a rule, as data: seed `record_rules`. -#}
{% macro limit_of(rule_id, type='integer') -%}
    (
            select max(cast(rules.limit_value as {{ type }}))
            from {{ ref('record_rules') }} as rules
            where rules.rule_id = '{{ rule_id }}'
        )
{%- endmacro %}

{#- A day moved by the days of a rule's limit. -#}
{% macro days_after(day, rule_id, sign='') -%}
    {{ dbt.dateadd('day', sign ~ limit_of(rule_id), day) }}
{%- endmacro %}

{#- The models `int_findings__<subject>` that `int_findings__united` unites. -#}
{% macro finding_subjects() -%}
    {{ return([
        'any_table', 'unread', 'patients', 'patient_changes', 'persons', 'diagnoses',
        'metastases', 'biomarkers', 'samples', 'treatments', 'procedures', 'assessments',
        'lesions', 'lesion_series', 'lesion_responses', 'adverse_events', 'follow_up',
    ]) }}
{%- endmacro %}
