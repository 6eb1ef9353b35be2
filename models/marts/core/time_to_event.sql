-- One row per patient, study, endpoint and rule set: days from the start to the event,
-- to a competing event or to the end of what is known (`exit_role`, `exit_reason`), and
-- the landed row that decides. How it was chosen: `time_to_event_candidates`.
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

rules as (
    select
        rule_set_id,
        start_day_no
    from {{ ref('int_response_rules__resolved') }}
),

time_to_event as (
    select
        deciding.patient_id,
        deciding.study_id,
        deciding.endpoint_code,
        deciding.rule_set_id,
        deciding.start_on,
        deciding.candidate_on as end_on,
        {{ dbt.datediff('deciding.start_on', 'deciding.candidate_on', 'day') }}
        + rules.start_day_no as followup_days,
        deciding.role = 'event' as is_event,
        deciding.role as exit_role,
        deciding.exit_reason,
        deciding.source_row_id as deciding_row_id
    from deciding
    inner join rules on deciding.rule_set_id = rules.rule_set_id
)

select * from time_to_event
