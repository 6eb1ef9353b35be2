-- One row per rule set and parameter: the seed's, and those that studies bring along in
-- a `rule_sets.csv` of their own.
with

seeded as (
    select
        rule_set_id,
        parameter,
        value
    from {{ ref('rule_sets') }}
),

brought as (
    select
        rule_set_id,
        parameter,
        value
    from {{ source('landing', 'study_rule_sets') }}
),

united as (
    select rule_set_id, parameter, cast(value as {{ dbt.type_string() }}) as value
    from seeded
    union all
    select rule_set_id, parameter, value
    from brought
)

select * from united
