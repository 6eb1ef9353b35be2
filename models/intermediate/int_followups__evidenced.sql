-- One row per follow-up and record of a kind that its rule set names
-- (`endpoint_definitions`), `from_day` days after the start or later: what could end,
-- limit or censor the follow-up.
with

followed as (
    select
        followup_id,
        entry_id,
        endpoint_code,
        rule_set_id,
        start_on
    from {{ ref('int_followups__started') }}
),

definitions as (
    select
        definitions.endpoint_code,
        definitions.rule_set_id,
        definitions.role,
        definitions.source_kind,
        definitions.priority,
        definitions.from_day,
        definitions.exit_reason,
        rules.evidence_rule_set_id
    from {{ ref('int_endpoint_definitions__united') }} as definitions
    inner join {{ ref('int_response_rules__resolved') }} as rules
        on definitions.rule_set_id = rules.rule_set_id
    where definitions.role <> 'start'
),

evidenced as (
    select
        followed.followup_id,
        definitions.role,
        definitions.source_kind,
        definitions.priority,
        definitions.exit_reason,
        evidence.source_row_id,
        case
            when evidence.source_kind = 'start' then cast({{ dbt.dateadd(
                'day', 'definitions.from_day', 'followed.start_on'
            ) }} as date)
            else evidence.evidence_on
        end as candidate_on
    from followed
    inner join definitions
        on followed.endpoint_code = definitions.endpoint_code
        and followed.rule_set_id = definitions.rule_set_id
    inner join {{ ref('int_study_evidence__dated') }} as evidence
        on followed.entry_id = evidence.entry_id
        and definitions.evidence_rule_set_id = evidence.evidence_rule_set_id
        and definitions.source_kind = evidence.source_kind
    where evidence.source_kind = 'start'
        or {{ dbt.datediff('followed.start_on', 'evidence.evidence_on', 'day') }}
            >= definitions.from_day
)

select * from evidenced
