-- One row per screened patient: the first step of the cohort flow not passed, and why;
-- receptors of the primary tumour and vital status over all screened. Patients had to
-- live until the tissue that was sequenced was taken. Collection is known to the
-- month: who is last seen on or before its day cannot enter there and leaves here, so
-- that the curves with and without delayed entry are of the same patients.
with

patients as (
    select
        patients.patient_id,
        patients.site_id,
        coalesce(receptors.her2_status, 'unknown') as her2_status,
        coalesce(receptors.hr_status, 'unknown') as hr_status
    from {{ ref('patients') }} as patients
    inner join {{ source('landing', 'study_sites') }} as study_sites
        on patients.site_id = study_sites.site_id
        and study_sites.study_id = 'msk_2018'
    left join {{ ref('msk_2018__receptors') }} as receptors
        on patients.patient_id = receptors.patient_id
        and receptors.sample_no = 'primary tumour'
),

primary_tumours as (
    select
        patient_id,
        diagnosed_on
    from {{ ref('int_primary_tumours__dated') }}
),

first_samples as (
    select
        patient_id,
        collected_on
    from {{ ref('msk_2018__first_samples') }}
),

vital_status as (
    select
        patient_id,
        is_dead,
        case when is_dead then died_on else last_known_alive_on end as followed_until_on
    from {{ ref('int_vital_status__resolved') }}
),

judged as (
    select
        patients.patient_id,
        patients.site_id,
        patients.her2_status,
        patients.hr_status,
        coalesce(vital_status.is_dead, false) as is_dead,
        primary_tumours.diagnosed_on,
        first_samples.collected_on,
        case
            when primary_tumours.diagnosed_on is null then 1
            -- a comparison with a missing date is neither true nor false: leaves here
            when not coalesce(
                vital_status.followed_until_on >= primary_tumours.diagnosed_on, false
            )
                then 2
            when not coalesce(
                vital_status.followed_until_on > first_samples.collected_on, false
            )
                then 3
            when patients.her2_status = 'unknown' or patients.hr_status = 'unknown'
                then 4
        end as failed_step_no
    from patients
    left join primary_tumours on patients.patient_id = primary_tumours.patient_id
    left join first_samples on patients.patient_id = first_samples.patient_id
    left join vital_status on patients.patient_id = vital_status.patient_id
),

eligibility as (
    select
        patient_id,
        site_id,
        failed_step_no is null as is_eligible,
        failed_step_no,
        case
            when failed_step_no = 1 then 'no dated diagnosis of invasive carcinoma'
            when failed_step_no = 2 then 'no usable death or last contact'
            when failed_step_no = 3 and collected_on is null
                then 'no dated sequenced sample'
            when failed_step_no = 3
                then 'last seen by the month of collection'
            when failed_step_no = 4 and her2_status <> 'unknown'
                then 'hormone receptor status unknown'
            when failed_step_no = 4 then 'HER2 status unknown'
        end as reason,
        her2_status,
        hr_status,
        is_dead,
        diagnosed_on,
        collected_on
    from judged
)

select * from eligibility
