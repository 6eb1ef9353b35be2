-- One row per study, patient entered, endpoint and rule set asked for: where follow-up
-- begins. A rule set's start (role `start` of `endpoint_definitions`) is time zero
-- unless it names the first drug of the index line; one that begins at the first
-- response is empty here (`int_followups__started` fills it). The best response (`bor`)
-- is followed for every rule set: other endpoints need it. `followup_id` numbers the
-- rows: joins and windows over a number cost half of those over four texts.
with

entries as (
    select
        entry_id,
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

numbered as (
    select
        study_id,
        endpoint_code,
        rule_set_id,
        row_number() over (order by study_id, endpoint_code, rule_set_id) as asked_no,
        count(*) over () as n_asked
    from asked
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
        entries.entry_id * numbered.n_asked + numbered.asked_no as followup_id,
        entries.entry_id,
        entries.study_id,
        entries.patient_id,
        numbered.endpoint_code,
        numbered.rule_set_id,
        coalesce(starts.source_kind, 'time_zero') as start_kind,
        case coalesce(starts.source_kind, 'time_zero')
            when 'time_zero' then entries.time_zero_on
            when 'first_drug' then entries.first_drug_on
        end as start_on
    from entries
    inner join numbered on entries.study_id = numbered.study_id
    left join starts
        on numbered.endpoint_code = starts.endpoint_code
        and numbered.rule_set_id = starts.rule_set_id
)

select * from followups
