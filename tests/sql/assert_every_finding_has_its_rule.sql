-- One row per rule that the models `int_findings__*` name and the seed `record_rules`
-- does not have; there is none. (That every rule of the seed is used once is held by
-- tests/conventions: rules without findings leave no row here.)
with

found as (
    {% for subject in finding_subjects() %}
    select distinct rule_id
    from {{ ref('int_findings__' ~ subject) }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

unknown as (
    select found.rule_id
    from found
    left join {{ ref('record_rules') }} as rules on found.rule_id = rules.rule_id
    where rules.rule_id is null
)

select * from unknown
