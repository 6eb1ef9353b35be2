-- One row per patient in the cohort: follow-up begins on the day of the diagnosis, the
-- arm is the receptor group of the primary tumour, known at the diagnosis; the
-- patient's overall status in the files rests on later tissue too. United with the
-- entries of other studies by `int_study_entries__united`, from which the endpoint
-- marts start.
with

eligibility as (
    select
        patient_id,
        site_id,
        her2_status,
        hr_status,
        diagnosed_on
    from {{ ref('msk_2018__eligibility') }}
    where is_eligible
),

entries as (
    select
        'msk_2018' as study_id,
        patient_id,
        site_id,
        case
            when hr_status = 'positive' and her2_status = 'positive' then 'hr_her2'
            when hr_status = 'positive' then 'hr'
            when her2_status = 'positive' then 'her2'
            else 'triple_negative'
        end as arm,
        diagnosed_on as time_zero_on,
        -- no treatment defines this cohort
        cast(null as date) as first_drug_on
    from eligibility
)

select * from entries
