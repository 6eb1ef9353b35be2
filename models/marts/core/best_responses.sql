-- One row per patient, study and rule set: best overall response, without asking for
-- confirmation (`is_confirmed` false) and, where the rule set asks for it, with (true).
-- CR > PR > SD > non-CR/non-PD > PD > NE, on the first day it was met. SD (and
-- non-CR/non-PD) sooner than `min_sd_days` after the start is NE; a CR or PR that is
-- not confirmed is SD, or NE, by the same limit (RECIST 1.1, Table 3). Which responses
-- count: `int_responses__dated`; the rule sets: seed `rule_sets`, and a study's own.
with

rules as (
    select
        rules.rule_set_id,
        rules.min_sd_days,
        rules.no_assessment_code,
        ways.is_confirmed
    from {{ ref('int_response_rules__resolved') }} as rules
    inner join (
        select false as is_confirmed
        union all
        select true as is_confirmed
    ) as ways on not ways.is_confirmed or rules.confirmation_days > 0
),

asked as (
    select
        entries.patient_id,
        entries.study_id,
        endpoints.rule_set_id,
        rules.no_assessment_code,
        rules.is_confirmed
    from {{ ref('int_study_entries__united') }} as entries
    inner join {{ source('landing', 'study_endpoints') }} as endpoints
        on entries.study_id = endpoints.study_id
        and endpoints.endpoint_code = 'bor'
    inner join rules on endpoints.rule_set_id = rules.rule_set_id
),

candidates as (
    select
        responses.study_id,
        responses.rule_set_id,
        responses.patient_id,
        rules.is_confirmed,
        rules.no_assessment_code,
        responses.response_on,
        responses.source_row_id,
        case when rules.is_confirmed then confirmed.confirming_row_id end
            as confirming_row_id,
        case
            when responses.response_code = 'PD' then 'PD'
            when responses.response_code {{ in_group('objective_response') }}
                and (not rules.is_confirmed or confirmed.source_row_id is not null)
                then responses.response_code
            when responses.response_code = 'NE' or responses.day_no < rules.min_sd_days
                then 'NE'
            when responses.response_code = 'NON_CR_NON_PD' then 'NON_CR_NON_PD'
            else 'SD'
        end as response_code
    from {{ ref('int_responses__dated') }} as responses
    inner join rules on responses.rule_set_id = rules.rule_set_id
    left join {{ ref('int_responses__confirmed') }} as confirmed
        on responses.study_id = confirmed.study_id
        and responses.rule_set_id = confirmed.rule_set_id
        and responses.patient_id = confirmed.patient_id
        and responses.response_on = confirmed.response_on
),

ranked as (
    select
        study_id, rule_set_id, patient_id, is_confirmed, response_on, source_row_id,
        confirming_row_id, response_code, no_assessment_code,
        row_number() over (
            partition by study_id, rule_set_id, patient_id, is_confirmed
            order by
                {{ response_rank('response_code') }},
                response_on
        ) as response_no
    from candidates
),

best as (
    select
        study_id, rule_set_id, patient_id, is_confirmed, response_on, source_row_id,
        confirming_row_id, response_code
    from ranked
    -- where NE stands for no evaluable scan, no record decides
    where response_no = 1 and (response_code <> 'NE' or no_assessment_code <> 'NE')
),

best_responses as (
    select
        asked.patient_id,
        asked.study_id,
        asked.rule_set_id,
        asked.is_confirmed,
        coalesce(best.response_code, asked.no_assessment_code) as response_code,
        best.response_on,
        best.source_row_id as deciding_row_id,
        best.confirming_row_id
    from asked
    left join best
        on asked.patient_id = best.patient_id
        and asked.study_id = best.study_id
        and asked.rule_set_id = best.rule_set_id
        and asked.is_confirmed = best.is_confirmed
)

select * from best_responses
