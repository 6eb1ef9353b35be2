-- One row per follow-up and kind of limit that applies: the day after which nothing
-- counts (role `limit` of `endpoint_definitions`). A limit of evidence, such as new
-- therapy, is its first record. `two_missed_scans`: the first event comes more than
-- `missed_scans_days` after the last adequate assessment before it (after the start
-- where there was none); that assessment is the limit, since nobody knows when in the
-- gap the event happened (FDA 2018, Clinical Trial Endpoints).
with

gaps as (
    select
        followed.followup_id,
        followed.entry_id,
        followed.start_on,
        endpoints.exit_reason,
        rules.missed_scans_days,
        rules.evidence_rule_set_id
    from {{ ref('int_endpoint_definitions__united') }} as endpoints
    inner join {{ ref('int_response_rules__resolved') }} as rules
        on endpoints.rule_set_id = rules.rule_set_id
    inner join {{ ref('int_followups__started') }} as followed
        on endpoints.endpoint_code = followed.endpoint_code
        and endpoints.rule_set_id = followed.rule_set_id
    where endpoints.role = 'limit'
        and endpoints.source_kind = 'two_missed_scans'
),

first_events as (
    select
        gaps.followup_id,
        gaps.entry_id,
        gaps.start_on,
        gaps.exit_reason,
        gaps.missed_scans_days,
        gaps.evidence_rule_set_id,
        min(events.candidate_on) as event_on
    from gaps
    inner join {{ ref('int_followups__evidenced') }} as events
        on gaps.followup_id = events.followup_id
    where events.role {{ in_group('ends_follow_up') }}
    group by
        gaps.followup_id, gaps.entry_id, gaps.start_on, gaps.exit_reason,
        gaps.missed_scans_days, gaps.evidence_rule_set_id
),

scans as (
    select
        entry_id,
        evidence_rule_set_id,
        evidence_on,
        source_row_id
    from {{ ref('int_study_evidence__dated') }}
    where source_kind = 'adequate_assessment'
),

last_seen as (
    select
        first_events.followup_id,
        first_events.exit_reason,
        first_events.event_on,
        first_events.missed_scans_days,
        coalesce(scans.evidence_on, first_events.start_on) as seen_on,
        coalesce(scans.source_row_id, 'start') as source_row_id,
        row_number() over (
            partition by first_events.followup_id
            order by scans.evidence_on desc, scans.source_row_id asc
        ) as scan_no
    from first_events
    left join scans
        on first_events.entry_id = scans.entry_id
        and first_events.evidence_rule_set_id = scans.evidence_rule_set_id
        and scans.evidence_on > first_events.start_on
        and scans.evidence_on < first_events.event_on
),

first_records as (
    select
        followup_id,
        exit_reason,
        candidate_on,
        source_row_id,
        row_number() over (
            partition by followup_id, source_kind
            order by candidate_on, source_row_id
        ) as record_no
    from {{ ref('int_followups__evidenced') }}
    where role = 'limit'
),

limits as (
    select followup_id, exit_reason, candidate_on as limit_on, source_row_id
    from first_records
    where record_no = 1

    union all

    select followup_id, exit_reason, seen_on as limit_on, source_row_id
    from last_seen
    where scan_no = 1
        and {{ dbt.datediff('seen_on', 'event_on', 'day') }} > missed_scans_days
)

select * from limits
