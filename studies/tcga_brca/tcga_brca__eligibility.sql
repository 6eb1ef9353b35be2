-- One row per screened patient: the first step of the cohort flow not passed, and why;
-- HER2 status and vital status over all screened.
-- Dead in any file is dead; a death without a usable date and a living patient without
-- usable follow-up cannot be followed and leave, visibly (study.md, README).
with

her2_statuses as (
    select
        patient_id,
        site_id,
        her2_status
    from {{ ref('tcga_brca__her2_statuses') }}
),

primary_tumours as (
    select
        patient_id,
        diagnosed_on
    from {{ ref('int_primary_tumours__dated') }}
),

vital_status as (
    select
        patient_id,
        is_dead,
        died_on,
        last_known_alive_on
    from {{ ref('int_vital_status__resolved') }}
),

judged as (
    select
        her2_statuses.patient_id,
        her2_statuses.site_id,
        her2_statuses.her2_status,
        coalesce(vital_status.is_dead, false) as is_dead,
        primary_tumours.diagnosed_on,
        case
            when primary_tumours.diagnosed_on is null then 1
            -- a comparison with a missing date is neither true nor false: leaves here
            when vital_status.is_dead
                and not coalesce(
                    vital_status.died_on >= primary_tumours.diagnosed_on, false
                )
                then 2
            when not coalesce(vital_status.is_dead, false)
                and not coalesce(
                    vital_status.last_known_alive_on >= primary_tumours.diagnosed_on,
                    false
                )
                then 3
        end as failed_step_no
    from her2_statuses
    left join primary_tumours on her2_statuses.patient_id = primary_tumours.patient_id
    left join vital_status on her2_statuses.patient_id = vital_status.patient_id
),

eligibility as (
    select
        patient_id,
        site_id,
        failed_step_no is null as is_eligible,
        failed_step_no,
        case failed_step_no
            when 1 then 'no dated diagnosis of the primary tumour'
            when 2 then 'dead, no usable date of death'
            when 3 then 'alive, no usable follow-up'
        end as reason,
        her2_status,
        is_dead,
        diagnosed_on
    from judged
)

select * from eligibility
