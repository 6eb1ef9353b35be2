-- One row per subject of the trial: randomised, or a screen failure.
with

randomised as (
    select
        patient_id,
        min(occurred_on) as randomised_on
    from {{ ref('milestones') }}
    where milestone_code = 'randomisation'
        and occurred_on is not null
    group by patient_id
),

eligibility as (
    select
        patients.patient_id,
        patients.site_id,
        patients.arm,
        randomised.randomised_on,
        case when randomised.randomised_on is null then 1 end as failed_step_no,
        case when randomised.randomised_on is null then 'not randomised' end as reason
    from {{ ref('patients') }} as patients
    left join randomised on patients.patient_id = randomised.patient_id
    where patients.site_id = 'cdisc_pilot'
)

select * from eligibility
