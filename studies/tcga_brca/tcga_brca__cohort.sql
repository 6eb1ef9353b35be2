-- One row per patient in the cohort: baseline and overall survival.
-- Baseline is what the files say of the diagnosis; the files date none of it but the
-- diagnosis itself. Survival: `time_to_event`, endpoint `os`.
with

entries as (
    select
        patient_id,
        site_id,
        arm,
        time_zero_on
    from {{ ref('tcga_brca__entries') }}
),

hormone_receptors as (
    select
        patient_id,
        hr_status
    from {{ ref('tcga_brca__hormone_receptors') }}
),

primary_tumours as (
    select
        patient_id,
        stage_code
    from {{ ref('int_primary_tumours__dated') }}
),

survival as (
    {{ followed_for('tcga_brca', 'os') }}
),

patients as (
    select
        patient_id,
        birth_on,
        birth_on_precision,
        menopausal_status_code,
        collection_code
    from {{ ref('patients') }}
),

cohort as (
    select
        entries.patient_id,
        entries.site_id,
        entries.arm,
        entries.time_zero_on,
        entries.arm as her2_status,
        -- null where the file does not say: unknown is not retrospective
        patients.collection_code = 'prospective' as is_prospective,
        {{ age_group(
            'tcga_brca', 'patients.birth_on', 'patients.birth_on_precision',
            'entries.time_zero_on'
        ) }} as age_group,
        coalesce(patients.menopausal_status_code, 'unknown') as menopausal_status,
        coalesce(hormone_receptors.hr_status, 'unknown') as hr_status,
        {{ stage_group('primary_tumours.stage_code') }} as stage_group,
        survival.followup_days as os_days,
        survival.is_event as is_os_event,
        survival.exit_reason as os_exit_reason
    from entries
    inner join patients on entries.patient_id = patients.patient_id
    left join survival on entries.patient_id = survival.patient_id
    left join hormone_receptors on entries.patient_id = hormone_receptors.patient_id
    left join primary_tumours on entries.patient_id = primary_tumours.patient_id
)

select * from cohort
