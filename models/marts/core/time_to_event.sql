-- One row per patient, study, endpoint and rule set: days from time zero to the event
-- or to the end of what is known (`exit_reason`), and the landed row that decides. How
-- it was chosen: `time_to_event_candidates`.
with

deciding as (
    select
        patient_id,
        study_id,
        endpoint_code,
        rule_set_id,
        role,
        exit_reason,
        start_on,
        candidate_on,
        source_row_id
    from {{ ref('time_to_event_candidates') }}
    where is_deciding
),

time_to_event as (
    select
        patient_id,
        study_id,
        endpoint_code,
        rule_set_id,
        start_on,
        candidate_on as end_on,
        {{ dbt.datediff('start_on', 'candidate_on', 'day') }} as followup_days,
        role = 'event' as is_event,
        exit_reason,
        source_row_id as deciding_row_id
    from deciding
)

select * from time_to_event
