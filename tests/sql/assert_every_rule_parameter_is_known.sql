-- One row per parameter of a rule set that the rule set `default` does not have, and per
-- rule set that is based on one that nobody defines; there is none. Without this a
-- misspelt parameter would be without effect.
with

rules as (
    select
        rule_set_id,
        parameter,
        value
    from {{ ref('int_rule_sets__united') }}
),

known as (
    select parameter
    from rules
    where rule_set_id = 'default'
),

unknown as (
    select
        rule_set_id,
        parameter,
        value
    from rules
    where (parameter <> 'based_on' and parameter not in (select parameter from known))
        or (parameter = 'based_on' and value not in (select rule_set_id from rules))
)

select * from unknown
