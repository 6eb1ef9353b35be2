-- One row per finding of a rule on what became of a patient since the site first sent
-- the row, as of a delivery of the site: another birth date or sex, or gone unmarked.
-- The rules: seed `record_rules`.
with

states as (
    select
        site_id,
        as_of_on,
        state_no
    from {{ ref('int_deliveries__in_effect') }}
    group by site_id, as_of_on, state_no
),

patients as (
    select
        patients.site_id,
        patients.as_of_on,
        patients.patient_id,
        patients.record_id,
        patients.source_row_id,
        patients.sex_code,
        patients.born_text,
        patients.born_from_on,
        patients.born_by_on,
        first_value(patients.sex_code) over by_sex as first_sex_code,
        first_value(patients.born_text) over by_birth as first_born_text,
        first_value(patients.born_from_on) over by_birth as first_born_from_on,
        first_value(patients.born_by_on) over by_birth as first_born_by_on,
        states.state_no,
        lead(states.state_no) over (
            partition by patients.patient_id order by states.state_no
        ) as next_state_no
    from {{ ref('int_patients__as_of') }} as patients
    inner join states
        on patients.site_id = states.site_id
        and patients.as_of_on = states.as_of_on
    where patients.is_listed
    window by_sex as (
        partition by patients.patient_id
        order by
            case when patients.sex_code is null then 1 else 0 end, patients.as_of_on
    ), by_birth as (
        partition by patients.patient_id
        order by
            case when patients.born_text is null then 1 else 0 end, patients.as_of_on
    )
),

vanished as (
    select
        patients.site_id,
        states.as_of_on,
        patients.patient_id,
        patients.record_id,
        patients.source_row_id,
        cast(patients.as_of_on as {{ dbt.type_string() }}) as last_sent
    from patients
    inner join states
        on patients.site_id = states.site_id
        and patients.state_no < states.state_no
        and states.state_no < coalesce(patients.next_state_no, states.state_no + 1)
    where not exists (
        select 1
        from {{ ref('stg_extract__patients') }} as deleted
        where deleted.record_id = patients.record_id
            and deleted.row_action = 'delete'
            and deleted.delivered_on > patients.as_of_on
            and deleted.delivered_on <= states.as_of_on
    )
),

findings as (
    {{ finding('patients.birth_changed', 'birth_on', 'born_text',
        related='birth_on', related_value='first_born_text') }}
    from patients
    where born_from_on > first_born_by_on or born_by_on < first_born_from_on
    union all
    {{ finding('patients.sex_changed', 'sex', 'sex_code',
        related='sex', related_value='first_sex_code') }}
    from patients
    where sex_code <> first_sex_code
    union all
    {{ finding('patients.vanished', 'record_no', 'null',
        related='delivered_on', related_value='last_sent') }}
    from vanished
)

select * from findings
