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
    select
        'parameter' as kind,
        parameter as name
    from rules
    where rule_set_id = 'default'
    union distinct
    select
        'rule set' as kind,
        rule_set_id as name
    from rules
),

unknown as (
    select
        rules.rule_set_id,
        rules.parameter,
        rules.value
    from rules
    left join known
        on known.kind
        = case rules.parameter when 'based_on' then 'rule set' else 'parameter' end
        and known.name
        = case rules.parameter when 'based_on' then rules.value else rules.parameter end
    where known.name is null
)

select * from unknown
