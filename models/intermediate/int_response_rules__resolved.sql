-- One row per rule set that some study asks for: what it says about responses and
-- follow-up. What a rule set does not name it takes from `default`. Meaning, reason and
-- source of each parameter: seed `rule_sets`.
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

named as (
    select
        asked.rule_set_id,
        rules.parameter,
        max(case when rules.rule_set_id = asked.rule_set_id then rules.value end)
            as own_value,
        max(case when rules.rule_set_id = 'default' then rules.value end)
            as inherited_value
    from asked
    inner join rules on rules.rule_set_id in (asked.rule_set_id, 'default')
    group by asked.rule_set_id, rules.parameter
),

resolved as (
    select
        rule_set_id,
        {%- for word in words %}
        max(case when parameter = '{{ word }}'
            then coalesce(own_value, inherited_value) end) as {{ word }},
        {%- endfor %}
        {%- for number in numbers %}
        cast(max(case when parameter = '{{ number }}'
            then coalesce(own_value, inherited_value) end) as integer) as {{ number }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from named
    group by rule_set_id
)

select * from resolved
