-- One row per randomised subject: arm, best responses and progression-free survival.
with

entries as (
    select
        patient_id,
        site_id,
        arm,
        time_zero_on
    from {{ ref('cdisc_onco__entries') }}
    where time_zero_on is not null
),

responses as (
    select
        patient_id,
        max(case when not is_confirmed then response_code end) as best_response_code,
        max(case when is_confirmed then response_code end) as confirmed_response_code
    from {{ ref('best_responses') }}
    where study_id = 'cdisc_onco'
        and rule_set_id = 'cdisc'
    group by patient_id
),

cohort as (
    select
        entries.patient_id,
        entries.site_id,
        entries.arm,
        entries.time_zero_on,
        responses.best_response_code,
        responses.confirmed_response_code,
        pfs.followup_days as pfs_days,
        pfs.is_event as is_pfs_event,
        pfs.exit_reason as pfs_exit_reason
    from entries
    inner join responses on entries.patient_id = responses.patient_id
    inner join {{ ref('time_to_event') }} as pfs
        on entries.patient_id = pfs.patient_id
        and pfs.study_id = 'cdisc_onco'
        and pfs.endpoint_code = 'pfs'
        and pfs.rule_set_id = 'cdisc_last_assessment'
)

select * from cohort
