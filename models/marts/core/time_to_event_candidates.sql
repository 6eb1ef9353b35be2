-- One row per patient, study, endpoint, rule set and record that could have ended the
-- follow-up: the winner (`is_deciding`) and the losers. Events win over censoring: the
-- earliest event (on one day the smaller priority). Without event the censoring source
-- of smallest priority that has a record, and its latest record. Definitions: seed
-- `endpoint_definitions`.
with

entries as (
    select
        study_id,
        patient_id,
        time_zero_on
    from {{ ref('int_study_entries__united') }}
),

definitions as (
    select
        study_endpoints.study_id,
        definitions.endpoint_code,
        definitions.rule_set_id,
        definitions.role,
        definitions.source_kind,
        definitions.priority,
        definitions.from_day,
        definitions.exit_reason
    from {{ source('landing', 'study_endpoints') }} as study_endpoints
    inner join {{ ref('int_endpoint_definitions__united') }} as definitions
        on study_endpoints.endpoint_code = definitions.endpoint_code
        and study_endpoints.rule_set_id = definitions.rule_set_id
),

evidence as (
    select
        study_id,
        patient_id,
        source_kind,
        evidence_on,
        source_row_id
    from {{ ref('int_study_evidence__dated') }}
),

candidates as (
    select
        entries.study_id,
        entries.patient_id,
        entries.time_zero_on as start_on,
        definitions.endpoint_code,
        definitions.rule_set_id,
        definitions.role,
        definitions.source_kind,
        definitions.priority,
        definitions.exit_reason,
        evidence.source_row_id,
        case
            when evidence.source_kind = 'start' then cast({{ dbt.dateadd(
                'day', 'definitions.from_day', 'entries.time_zero_on'
            ) }} as date)
            else evidence.evidence_on
        end as candidate_on
    from entries
    inner join evidence
        on entries.study_id = evidence.study_id
        and entries.patient_id = evidence.patient_id
    inner join definitions
        on entries.study_id = definitions.study_id
        and evidence.source_kind = definitions.source_kind
    where evidence.source_kind = 'start'
        or {{ dbt.datediff('entries.time_zero_on', 'evidence.evidence_on', 'day') }}
            >= definitions.from_day
),

ranked as (
    select
        study_id,
        patient_id,
        endpoint_code,
        rule_set_id,
        role,
        source_kind,
        exit_reason,
        start_on,
        candidate_on,
        source_row_id,
        row_number() over (
            partition by study_id, patient_id, endpoint_code, rule_set_id
            order by
                case when role = 'event' then 0 else 1 end asc,
                case when role = 'event' then candidate_on end asc,
                priority asc,
                candidate_on desc,
                source_row_id asc
        ) as candidate_no
    from candidates
),

time_to_event_candidates as (
    select
        study_id,
        patient_id,
        endpoint_code,
        rule_set_id,
        role,
        source_kind,
        exit_reason,
        start_on,
        candidate_on,
        source_row_id,
        candidate_no = 1 as is_deciding,
        candidate_no
    from ranked
)

select * from time_to_event_candidates
