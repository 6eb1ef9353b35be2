-- One row per study, patient entered, way of accepting records and record that can end,
-- limit or censor an endpoint: the records whose assessor, reader and source a rule set
-- accepts, on the day that it gives them. Rule sets that accept the same share the rows
-- (`evidence_rule_set_id`, the first of them). Records that state a response are kept
-- and those of the kinds that these rule sets name. Evidence after the study's cut-off
-- is unknown; but whoever is seen alive or dead after it was alive at it. New therapy
-- is a line begun after time zero: the line that holds time zero began before. `start`
-- stands for the patient who has nothing else.
with

entries as (
    select
        entries.entry_id,
        entries.study_id,
        entries.patient_id,
        entries.time_zero_on,
        entries.cutoff_on,
        accepting.evidence_rule_set_id,
        accepting.response_source,
        accepting.assessor,
        accepting.reader,
        accepting.partial_assessment_day
    from {{ ref('int_study_entries__united') }} as entries
    inner join (
        select distinct
            asked.study_id, rules.evidence_rule_set_id, rules.response_source,
            rules.assessor, rules.reader, rules.partial_assessment_day
        from {{ source('landing', 'study_endpoints') }} as asked
        inner join {{ ref('int_response_rules__resolved') }} as rules
            on asked.rule_set_id = rules.rule_set_id
    ) as accepting
        on entries.study_id = accepting.study_id
    where entries.time_zero_on is not null
),

named as (
    select distinct
        rules.evidence_rule_set_id,
        definitions.source_kind
    from {{ ref('int_endpoint_definitions__united') }} as definitions
    inner join {{ ref('int_response_rules__resolved') }} as rules
        on definitions.rule_set_id = rules.rule_set_id
),

accepted as (
    select
        entries.entry_id,
        entries.evidence_rule_set_id,
        entries.time_zero_on,
        entries.cutoff_on,
        evidence.source_kind,
        evidence.response_code,
        evidence.source_row_id,
        case
            when entries.partial_assessment_day = 'mid'
                or evidence.evidence_precision is null
                or evidence.evidence_precision = 'day'
                then evidence.evidence_on
            when evidence.evidence_precision = 'month'
                then cast({{ dbt.last_day('evidence.evidence_on', 'month') }} as date)
        end as evidence_on
    from entries
    inner join {{ ref('int_endpoint_evidence__dated') }} as evidence
        on entries.patient_id = evidence.patient_id
        and coalesce(evidence.study_id, entries.study_id) = entries.study_id
    where coalesce(evidence.response_source, entries.response_source)
        = entries.response_source
        -- what is no assessment has no assessor, and counts for all
        and (
            evidence.is_superseded is null
            or (
                entries.assessor in ('any', evidence.assessor_code)
                and (
                    entries.reader = evidence.reader
                    or (entries.reader = 'any' and not evidence.is_superseded)
                )
            )
        )
),

dated as (
    select
        accepted.entry_id, accepted.evidence_rule_set_id, accepted.source_kind,
        accepted.evidence_on, accepted.response_code, accepted.source_row_id
    from accepted
    left join named
        on accepted.evidence_rule_set_id = named.evidence_rule_set_id
        and accepted.source_kind = named.source_kind
    where accepted.evidence_on <= accepted.cutoff_on
        and (accepted.source_kind <> 'new_therapy'
            or accepted.evidence_on > accepted.time_zero_on)
        and (accepted.response_code is not null or named.source_kind is not null)

    union all

    select
        entry_id, evidence_rule_set_id, 'known_alive' as source_kind,
        cutoff_on as evidence_on, null as response_code,
        max(source_row_id) as source_row_id
    from accepted
    where evidence_on > cutoff_on
        and source_kind in ('known_alive', 'death')
    group by entry_id, evidence_rule_set_id, cutoff_on

    union all

    select
        entry_id, evidence_rule_set_id, 'start' as source_kind,
        time_zero_on as evidence_on, null as response_code, 'start' as source_row_id
    from entries
)

select * from dated
