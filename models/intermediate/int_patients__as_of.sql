-- One row per patient and state of the site: what records of other tables are judged
-- by. A partial date counts as all the days it can mean (`from` the first, `by` the
-- last). Death: the last dated death event; without one the first contact that says
-- dead, since the day of a contact may be earlier than the death its status tells of.
with

deliveries as (
    select
        site_id,
        as_of_on,
        table_name,
        delivered_on
    from {{ ref('int_deliveries__in_effect') }}
),
{% set empty = 'cast(null as ' ~ dbt.type_string() ~ ')' %}
facts as (
    {% for table, kind, day in [
        ('patients', "'born'", 'birth_on'),
        ('diagnoses', 'staged.diagnosis_code', 'diagnosed_on'),
        ('contacts', 'staged.vital_status_code', 'contact_on'),
        ('milestones', 'staged.milestone_code', 'occurred_on'),
    ] %}
    select
        deliveries.site_id,
        deliveries.as_of_on,
        staged.patient_id,
        '{{ table }}' as table_name,
        {{ kind }} as kind,
        {{ as_text('staged.' ~ day) }} as day_text,
        {{ earliest('staged.' ~ day) }} as from_on,
        {{ latest('staged.' ~ day) }} as by_on,
        {% for column in ['record_id', 'source_row_id', 'sex_code'] -%}
        {{ 'staged.' ~ column if table == 'patients' else empty }} as {{ column }}
        {{- ',' if not loop.last }}
        {% endfor %}
    from {{ ref('stg_extract__' ~ table) }} as staged
    inner join deliveries
        on staged.site_id = deliveries.site_id
        and staged.delivered_on = deliveries.delivered_on
        and deliveries.table_name = '{{ table }}'
    {{ only_in_effect('staged') }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

gathered as (
    select
        site_id,
        as_of_on,
        patient_id,
        min(record_id) as record_id,
        min(source_row_id) as source_row_id,
        min(sex_code) as sex_code,
        {% for fact, kind, last in [
            ('born', 'born', 'max'),
            ('primary', 'primary', 'min'),
            ('metastatic', 'metastatic', 'min'),
            ('death', 'death', 'max'),
            ('dead_contact', 'dead', 'min'),
        ] %}
        count(case when kind = '{{ kind }}' then 1 end) as n_{{ fact }},
        min(case when kind = '{{ kind }}' then day_text end) as {{ fact }}_text,
        min(case when kind = '{{ kind }}' then from_on end) as {{ fact }}_from_on,
        {{ last }}(case when kind = '{{ kind }}' then by_on end) as {{ fact }}_by_on,
        {% endfor %}
        count(case when table_name = 'diagnoses' then 1 end) as n_diagnoses,
        count(case when table_name = 'contacts' then 1 end) as n_contacts
    from facts
    group by site_id, as_of_on, patient_id
),

patients as (
    select
        site_id,
        as_of_on,
        patient_id,
        record_id,
        source_row_id,
        sex_code,
        n_born > 0 as is_listed,
        born_text,
        born_from_on,
        born_by_on,
        n_diagnoses,
        n_metastatic,
        primary_text,
        primary_from_on,
        primary_by_on,
        metastatic_text,
        metastatic_from_on,
        metastatic_by_on,
        n_contacts,
        n_death,
        n_death + n_dead_contact > 0 as is_dead,
        coalesce(death_text, dead_contact_text) as died_text,
        -- a death before the diagnosis is wrong itself: nothing is judged by it
        case
            when coalesce(death_by_on, dead_contact_by_on) < primary_from_on then null
            else coalesce(death_by_on, dead_contact_by_on)
        end as died_by_on
    from gathered
)

select * from patients
