-- One row per study, patient entered, endpoint and rule set asked for: where follow-up
-- begins. A rule set's start (role `start` of `endpoint_definitions`) is time zero
-- unless it names the first drug of the index line; one that begins at the first
-- response is empty here (`int_followups__started` fills it). The best response (`bor`)
-- is followed for every rule set: other endpoints need it.
with

entries as (
    select
        study_id,
        patient_id,
        time_zero_on,
        first_drug_on
    from {{ ref('int_study_entries__united') }}
),

asked as (
    select study_id, endpoint_code, rule_set_id
    from {{ source('landing', 'study_endpoints') }}
    union distinct
    select study_id, 'bor' as endpoint_code, rule_set_id
    from {{ source('landing', 'study_endpoints') }}
),

starts as (
    select
        endpoint_code,
        rule_set_id,
        source_kind
    from {{ ref('int_endpoint_definitions__united') }}
    where role = 'start'
),

followups as (
    select
        entries.study_id,
        entries.patient_id,
        asked.endpoint_code,
        asked.rule_set_id,
        coalesce(starts.source_kind, 'time_zero') as start_kind,
        case coalesce(starts.source_kind, 'time_zero')
            when 'time_zero' then entries.time_zero_on
            when 'first_drug' then entries.first_drug_on
        end as start_on
    from entries
    inner join asked on entries.study_id = asked.study_id
    left join starts
        on asked.endpoint_code = starts.endpoint_code
        and asked.rule_set_id = starts.rule_set_id
)

select * from followups
