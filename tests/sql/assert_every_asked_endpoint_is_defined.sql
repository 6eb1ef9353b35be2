-- One row per line of a `study_endpoints.csv` whose endpoint and rule set no
-- `endpoint_definitions` give an event, and (`bor`) whose rule set nobody defines; there
-- is none. Without this a misspelt rule set would give an empty endpoint.
with

asked as (
    select
        study_id,
        endpoint_code,
        rule_set_id
    from {{ source('landing', 'study_endpoints') }}
),

defined as (
    select
        endpoint_code,
        rule_set_id
    from {{ ref('int_endpoint_definitions__united') }}
    where role = 'event'
    union distinct
    select
        'bor' as endpoint_code,
        rule_set_id
    from {{ ref('int_rule_sets__united') }}
),

undefined as (
    select
        asked.study_id,
        asked.endpoint_code,
        asked.rule_set_id
    from asked
    left join defined
        on asked.endpoint_code = defined.endpoint_code
        and asked.rule_set_id = defined.rule_set_id
    where defined.rule_set_id is null
)

select * from undefined
