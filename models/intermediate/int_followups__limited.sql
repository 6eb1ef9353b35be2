-- One row per study, patient, endpoint, rule set and kind of limit that applies: the
-- day after which nothing counts (role `limit` of `endpoint_definitions`). A limit of
-- evidence, such as new therapy, is its first record. `two_missed_scans`: the first
-- event comes more than `missed_scans_days` after the last adequate assessment before
-- it (after the start where there was none); that assessment is the limit, since nobody
-- knows when in the gap the event happened (FDA 2018, Clinical Trial Endpoints).
with

candidates as (
    select
        study_id,
        patient_id,
        endpoint_code,
        rule_set_id,
        start_on,
        role,
        exit_reason,
        candidate_on,
        source_row_id,
        row_number() over (
            partition by
                study_id, patient_id, endpoint_code, rule_set_id,
                case when role {{ in_group('ends_follow_up') }} then 'event'
                    else source_kind end
            order by candidate_on, source_row_id
        ) as candidate_no
    from {{ ref('int_followups__evidenced') }}
    where role in ('event', 'competing', 'limit')
),

gaps as (
    select
        endpoints.endpoint_code,
        endpoints.rule_set_id,
        endpoints.exit_reason,
        rules.missed_scans_days
    from {{ ref('int_endpoint_definitions__united') }} as endpoints
    inner join {{ ref('int_response_rules__resolved') }} as rules
        on endpoints.rule_set_id = rules.rule_set_id
    where endpoints.role = 'limit'
        and endpoints.source_kind = 'two_missed_scans'
),

last_seen as (
    select
        events.study_id,
        events.patient_id,
        events.endpoint_code,
        events.rule_set_id,
        events.start_on,
        events.candidate_on as event_on,
        gaps.exit_reason,
        gaps.missed_scans_days,
        scans.evidence_on,
        scans.source_row_id,
        row_number() over (
            partition by
                events.study_id, events.patient_id, events.endpoint_code,
                events.rule_set_id
            order by scans.evidence_on desc, scans.source_row_id asc
        ) as scan_no
    from candidates as events
    inner join gaps
        on events.endpoint_code = gaps.endpoint_code
        and events.rule_set_id = gaps.rule_set_id
    left join {{ ref('int_study_evidence__dated') }} as scans
        on events.study_id = scans.study_id
        and events.rule_set_id = scans.rule_set_id
        and events.patient_id = scans.patient_id
        and scans.source_kind = 'adequate_assessment'
        and scans.evidence_on > events.start_on
        and scans.evidence_on < events.candidate_on
    where events.role {{ in_group('ends_follow_up') }}
        and events.candidate_no = 1
),

limits as (
    select
        study_id, patient_id, endpoint_code, rule_set_id, start_on, exit_reason,
        candidate_on as limit_on, source_row_id
    from candidates
    where role = 'limit'
        and candidate_no = 1

    union all

    select
        study_id, patient_id, endpoint_code, rule_set_id, start_on, exit_reason,
        coalesce(evidence_on, start_on) as limit_on,
        coalesce(source_row_id, 'start') as source_row_id
    from last_seen
    where scan_no = 1
        and {{ dbt.datediff('coalesce(evidence_on, start_on)', 'event_on', 'day') }}
            > missed_scans_days
)

select * from limits
