-- One row per rule set that some study asks for: what it says about responses and
-- follow-up. What a rule set does not name it takes from the one it is `based_on`, and
-- what that does not name from `default`. Meaning, reason and source of each parameter:
-- seed `rule_sets`.
{%- set words = [
    'response_source', 'assessor', 'reader', 'partial_assessment_day',
    'response_until', 'non_cr_non_pd_as', 'no_assessment_code', 'is_pr_after_cr_allowed'
] %}
{%- set numbers = [
    'response_from_day', 'min_sd_days', 'confirmation_days', 'max_ne_between',
    'max_sd_between', 'start_day_no', 'missed_scans_days'
] %}
with

asked as (
    select distinct rule_set_id
    from {{ source('landing', 'study_endpoints') }}
),

rules as (
    select
        rule_set_id,
        parameter,
        value
    from {{ ref('int_rule_sets__united') }}
),

bases as (
    select
        rule_set_id,
        value as based_on
    from rules
    where parameter = 'based_on'
),

named as (
    select
        asked.rule_set_id,
        rules.parameter,
        coalesce(
            max(case when rules.rule_set_id = asked.rule_set_id then rules.value end),
            max(case when rules.rule_set_id = bases.based_on then rules.value end),
            max(case when rules.rule_set_id = 'default' then rules.value end)
        ) as value
    from asked
    left join bases on asked.rule_set_id = bases.rule_set_id
    inner join rules
        on rules.rule_set_id in (asked.rule_set_id, bases.based_on, 'default')
    group by asked.rule_set_id, rules.parameter
),

resolved as (
    select
        rule_set_id,
        {%- for word in words %}
        max(case when parameter = '{{ word }}' then value end) as {{ word }},
        {%- endfor %}
        {%- for number in numbers %}
        cast(max(case when parameter = '{{ number }}' then value end) as integer)
            as {{ number }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from named
    group by rule_set_id
),

shared as (
    select
        rule_set_id,
        {%- for name in words + numbers %}
        {{ name }},
        {%- endfor %}
        min(rule_set_id) over (
            partition by response_source, assessor, reader, partial_assessment_day
        ) as evidence_rule_set_id
    from resolved
)

select * from shared
