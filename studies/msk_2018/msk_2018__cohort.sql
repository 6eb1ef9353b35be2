-- One row per patient in the cohort: baseline and overall survival, with the day on
-- which the patient comes under observation for survival (`entry_days`).
-- Baseline is what the files say of the diagnosis. Survival: `time_to_event`, `os`.
with

entries as (
    select
        patient_id,
        site_id,
        arm,
        time_zero_on
    from {{ ref('msk_2018__entries') }}
),

eligibility as (
    select
        patient_id,
        her2_status,
        hr_status,
        collected_on
    from {{ ref('msk_2018__eligibility') }}
),

primary_tumours as (
    select
        patient_id,
        stage_code
    from {{ ref('int_primary_tumours__dated') }}
),

survival as (
    {{ followed_for('msk_2018', 'os') }}
),

patients as (
    select
        patient_id,
        sex_code,
        menopausal_status_code,
        birth_on,
        birth_on_precision
    from {{ ref('patients') }}
),

cohort as (
    select
        entries.patient_id,
        entries.site_id,
        entries.arm,
        entries.time_zero_on,
        eligibility.her2_status,
        eligibility.hr_status,
        coalesce(patients.sex_code, 'unknown') as sex,
        {{ age_group(
            'msk_2018', 'patients.birth_on', 'patients.birth_on_precision',
            'entries.time_zero_on'
        ) }} as age_group,
        coalesce(patients.menopausal_status_code, 'unknown') as menopausal_status,
        {{ stage_group('primary_tumours.stage_code') }} as stage_group,
        survival.followup_days as os_days,
        survival.is_event as is_os_event,
        survival.exit_reason as os_exit_reason,
        -- collection is right to 16 days: before the diagnosis is on its day
        case
            when eligibility.collected_on > entries.time_zero_on
                then {{ dbt.datediff(
                    'entries.time_zero_on', 'eligibility.collected_on', 'day'
                ) }}
            else 0
        end as entry_days
    from entries
    inner join eligibility on entries.patient_id = eligibility.patient_id
    inner join patients on entries.patient_id = patients.patient_id
    left join survival on entries.patient_id = survival.patient_id
    left join primary_tumours on entries.patient_id = primary_tumours.patient_id
)

select * from cohort
