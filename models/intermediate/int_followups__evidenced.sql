-- One row per study, patient, endpoint, rule set and record of a kind that the rule set
-- names (`endpoint_definitions`), `from_day` days after the start or later: what could
-- end, limit or censor the follow-up.
with

followed as (
    select
        study_id,
        patient_id,
        endpoint_code,
        rule_set_id,
        start_on
    from {{ ref('int_followups__started') }}
),

definitions as (
    select
        endpoint_code,
        rule_set_id,
        role,
        source_kind,
        priority,
        from_day,
        exit_reason
    from {{ ref('int_endpoint_definitions__united') }}
    where role <> 'start'
),

evidenced as (
    select
        followed.study_id,
        followed.patient_id,
        followed.endpoint_code,
        followed.rule_set_id,
        followed.start_on,
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
        on followed.study_id = evidence.study_id
        and followed.rule_set_id = evidence.rule_set_id
        and followed.patient_id = evidence.patient_id
        and definitions.source_kind = evidence.source_kind
    where evidence.source_kind = 'start'
        or {{ dbt.datediff('followed.start_on', 'evidence.evidence_on', 'day') }}
            >= definitions.from_day
)

select * from evidenced
