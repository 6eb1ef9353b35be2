-- One row per patient, study, endpoint, rule set and record that could have ended the
-- follow-up: the winner (`is_deciding`), the losers, and why (`verdict`). Nothing after
-- the first limit counts. Events and competing events win over censoring: the earliest
-- (on one day the smaller priority). Without one the censoring source of smallest
-- priority that has a record, and its latest record. Definitions: seed
-- `endpoint_definitions`.
{%- set followup = 'study_id, patient_id, endpoint_code, rule_set_id' %}
with

candidates as (
    select
        study_id, patient_id, endpoint_code, rule_set_id, role, source_kind, priority,
        exit_reason, start_on, candidate_on, source_row_id
    from {{ ref('int_followups__evidenced') }}
    where role <> 'limit'
    union all
    select
        study_id, patient_id, endpoint_code, rule_set_id, 'limit' as role,
        'limit' as source_kind, 0 as priority, exit_reason, start_on, limit_on,
        source_row_id
    from {{ ref('int_followups__limited') }}
),

limits as (
    select
        study_id, patient_id, endpoint_code, rule_set_id, exit_reason, limit_on,
        row_number() over (
            partition by {{ followup }} order by limit_on, exit_reason
        ) as limit_no
    from {{ ref('int_followups__limited') }}
),

limited as (
    select
        candidates.study_id, candidates.patient_id, candidates.endpoint_code,
        candidates.rule_set_id, candidates.role, candidates.source_kind,
        candidates.priority, candidates.exit_reason, candidates.start_on,
        candidates.candidate_on, candidates.source_row_id,
        limits.exit_reason as limit_reason,
        case
            when candidates.role = 'limit' then 2
            -- the start needs no record: it is what is left where nothing counts
            when candidates.candidate_on > limits.limit_on
                and candidates.source_kind <> 'start' then 1
            else 0
        end as is_out
    from candidates
    left join limits
        on candidates.study_id = limits.study_id
        and candidates.patient_id = limits.patient_id
        and candidates.endpoint_code = limits.endpoint_code
        and candidates.rule_set_id = limits.rule_set_id
        and limits.limit_no = 1
),

ranked as (
    select
        study_id, patient_id, endpoint_code, rule_set_id, role, source_kind, priority,
        exit_reason, start_on, candidate_on, source_row_id, limit_reason, is_out,
        cast(row_number() over (
            partition by {{ followup }}
            order by
                is_out asc,
                case when role {{ in_group('ends_follow_up') }} then 0 else 1 end asc,
                case when role {{ in_group('ends_follow_up') }}
                    then candidate_on end asc,
                priority asc,
                candidate_on desc,
                source_row_id asc nulls last
        ) as bigint) as candidate_no
    from limited
),

compared as (
    select
        study_id, patient_id, endpoint_code, rule_set_id, role, source_kind, priority,
        exit_reason, start_on, candidate_on, source_row_id, limit_reason, is_out,
        candidate_no,
        first_value(role) over (
            partition by {{ followup }} order by candidate_no
        ) as deciding_role,
        first_value(candidate_on) over (
            partition by {{ followup }} order by candidate_no
        ) as deciding_on,
        first_value(priority) over (
            partition by {{ followup }} order by candidate_no
        ) as deciding_priority
    from ranked
),

time_to_event_candidates as (
    select
        study_id, patient_id, endpoint_code, rule_set_id, role, source_kind,
        case
            when candidate_no = 1 and role = 'censor'
                then coalesce(limit_reason, exit_reason)
            else exit_reason
        end as exit_reason,
        start_on, candidate_on, source_row_id,
        candidate_no = 1 and is_out = 0 as is_deciding,
        candidate_no,
        case
            when is_out = 2 then 'nothing after it counts'
            when is_out = 1 then {{ dbt.concat(["'after '", 'limit_reason']) }}
            when candidate_no = 1 then 'decides'
            when role = 'censor' and deciding_role <> 'censor'
                then 'an event comes first'
            when priority > deciding_priority and role = 'censor' then 'lower priority'
            when candidate_on > deciding_on then 'later than the deciding event'
            when candidate_on < deciding_on then 'earlier than the deciding record'
            else 'same day as the deciding record'
        end as verdict
    from compared
)

select * from time_to_event_candidates
