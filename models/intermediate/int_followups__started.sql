-- One row per study, patient, endpoint and rule set with a known start of follow-up.
-- One that begins at the first response begins at the first CR or PR of the rule set,
-- confirmed where it asks for confirmation; a patient without one is not followed.
with

followed as (
    select
        followup_id,
        entry_id,
        study_id,
        patient_id,
        endpoint_code,
        rule_set_id,
        start_kind,
        start_on
    from {{ ref('int_followups__asked') }}
),

rules as (
    select
        rule_set_id,
        confirmation_days
    from {{ ref('int_response_rules__resolved') }}
),

first_responses as (
    select
        responses.study_id,
        responses.rule_set_id,
        responses.patient_id,
        min(responses.response_on) as response_on
    from (
        select study_id, rule_set_id, patient_id, response_on, false as is_confirmed
        from {{ ref('int_responses__dated') }}
        where response_code {{ in_group('objective_response') }}
        union all
        select study_id, rule_set_id, patient_id, response_on, true as is_confirmed
        from {{ ref('int_responses__confirmed') }}
    ) as responses
    inner join rules
        on responses.rule_set_id = rules.rule_set_id
        and responses.is_confirmed = (rules.confirmation_days > 0)
    group by responses.study_id, responses.rule_set_id, responses.patient_id
),

started as (
    select
        followed.followup_id,
        followed.entry_id,
        followed.study_id,
        followed.patient_id,
        followed.endpoint_code,
        followed.rule_set_id,
        coalesce(followed.start_on, first_responses.response_on) as start_on
    from followed
    left join first_responses
        on followed.study_id = first_responses.study_id
        and followed.rule_set_id = first_responses.rule_set_id
        and followed.patient_id = first_responses.patient_id
    where followed.start_on is not null
        or (
            followed.start_kind = 'first_response'
            and first_responses.response_on is not null
        )
)

select * from started
