-- One row per patient, study, endpoint, rule set and record that could have ended the
-- follow-up: the winner (`is_deciding`), the losers, and why (`verdict`). Nothing after
-- the first limit counts. Events and competing events win over censoring: the earliest
-- (on one day the smaller priority). Without one the censoring source of smallest
-- priority that has a record, and its latest record. Definitions: seed
-- `endpoint_definitions`.
with

candidates as (
    select
        followup_id, role, source_kind, priority, exit_reason, candidate_on,
        source_row_id
    from {{ ref('int_followups__evidenced') }}
    where role <> 'limit'
    union all
    select
        followup_id, 'limit' as role, 'limit' as source_kind, 0 as priority,
        exit_reason, limit_on, source_row_id
    from {{ ref('int_followups__limited') }}
),

limits as (
    select
        followup_id, exit_reason, limit_on,
        row_number() over (
            partition by followup_id order by limit_on, exit_reason
        ) as limit_no
    from {{ ref('int_followups__limited') }}
),

limited as (
    select
        candidates.followup_id, candidates.role, candidates.source_kind,
        candidates.priority, candidates.exit_reason, candidates.candidate_on,
        candidates.source_row_id,
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
        on candidates.followup_id = limits.followup_id
        and limits.limit_no = 1
),

ranked as (
    select
        followup_id, role, source_kind, priority, exit_reason, candidate_on,
        source_row_id, limit_reason, is_out,
        cast(row_number() over by_rank as bigint) as candidate_no,
        first_value(role) over by_rank as deciding_role,
        first_value(candidate_on) over by_rank as deciding_on,
        first_value(priority) over by_rank as deciding_priority
    from limited
    window by_rank as (
        partition by followup_id
        order by
            is_out asc,
            case when role {{ in_group('ends_follow_up') }} then 0 else 1 end asc,
            case when role {{ in_group('ends_follow_up') }} then candidate_on end asc,
            priority asc,
            candidate_on desc,
            source_row_id asc nulls last
    )
),

time_to_event_candidates as (
    select
        followed.study_id, followed.patient_id, followed.endpoint_code,
        followed.rule_set_id, ranked.role, ranked.source_kind,
        case
            when ranked.candidate_no = 1 and ranked.role = 'censor'
                then coalesce(ranked.limit_reason, ranked.exit_reason)
            else ranked.exit_reason
        end as exit_reason,
        followed.start_on, ranked.candidate_on, ranked.source_row_id,
        ranked.candidate_no = 1 and ranked.is_out = 0 as is_deciding,
        ranked.candidate_no,
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
    from ranked
    inner join {{ ref('int_followups__started') }} as followed
        on ranked.followup_id = followed.followup_id
)

select * from time_to_event_candidates
