-- One row per endpoint, rule set and kind of evidence: the seed's, and those that
-- studies bring along in an `endpoint_definitions.csv` of their own.
with

seeded as (
    select
        endpoint_code,
        rule_set_id,
        role,
        source_kind,
        priority,
        from_day,
        exit_reason
    from {{ ref('endpoint_definitions') }}
),

brought as (
    select
        endpoint_code,
        rule_set_id,
        role,
        source_kind,
        cast(priority as integer) as priority,
        cast(from_day as integer) as from_day,
        exit_reason
    from {{ source('landing', 'study_endpoint_definitions') }}
),

united as (
    select
        endpoint_code, rule_set_id, role, source_kind, priority, from_day, exit_reason
    from seeded
    union all
    select
        endpoint_code, rule_set_id, role, source_kind, priority, from_day, exit_reason
    from brought
)

select * from united
