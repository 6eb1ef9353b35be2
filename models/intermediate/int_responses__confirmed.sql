-- One row per study, rule set, patient and response that a later one confirms, for rule
-- sets that ask for confirmation (RECIST 1.1, section 4.6; the conditions are those of
-- admiralonco's `derive_param_confirmed_bor`). CR: CR again `confirmation_days` later,
-- between them only CR and at most `max_ne_between` NE. PR: CR or PR again, between
-- them only CR, PR, so many NE and at most `max_sd_between` SD, and no PR after a CR
-- (RECIST 1.1, Table 3, footnote), the confirming one included. Running counts up to
-- each response make what stands between two a difference.
with

rules as (
    select
        rule_set_id,
        confirmation_days,
        max_ne_between,
        max_sd_between,
        is_pr_after_cr_allowed
    from {{ ref('int_response_rules__resolved') }}
    where confirmation_days > 0
),

numbered as (
    select
        responses.study_id,
        responses.rule_set_id,
        responses.patient_id,
        responses.response_no,
        responses.response_on,
        responses.response_code,
        responses.source_row_id,
        max(case when responses.response_code = 'CR' then responses.response_no end)
            over (
                partition by
                    responses.study_id, responses.rule_set_id, responses.patient_id
                order by responses.response_no
            ) as last_cr_no
    from {{ ref('int_responses__dated') }} as responses
    inner join rules on responses.rule_set_id = rules.rule_set_id
),

counted as (
    select
        study_id, rule_set_id, patient_id, response_no, response_on, response_code,
        source_row_id,
        {%- for codes in ["'NE'", "'SD'", "'PR', 'SD'", "'PD', 'NON_CR_NON_PD'"] %}
        sum(case when response_code in ({{ codes }}) then 1 else 0 end) over (
            partition by study_id, rule_set_id, patient_id order by response_no
        ) as {{ ['n_ne', 'n_sd', 'n_pr_sd', 'n_other'][loop.index0] }},
        {%- endfor %}
        -- the last CR that a PR followed, so far
        max(case when response_code = 'PR' then last_cr_no end) over (
            partition by study_id, rule_set_id, patient_id order by response_no
        ) as cr_no_before_pr
    from numbered
),

pairs as (
    select
        first_seen.study_id,
        first_seen.rule_set_id,
        first_seen.patient_id,
        first_seen.response_on,
        first_seen.response_code,
        first_seen.source_row_id,
        again.source_row_id as confirming_row_id,
        row_number() over (
            partition by first_seen.study_id, first_seen.rule_set_id,
                first_seen.patient_id, first_seen.response_no
            order by again.response_no
        ) as confirmation_no
    from counted as first_seen
    inner join rules on first_seen.rule_set_id = rules.rule_set_id
    inner join counted as again
        on first_seen.study_id = again.study_id
        and first_seen.rule_set_id = again.rule_set_id
        and first_seen.patient_id = again.patient_id
        and {{ dbt.datediff('first_seen.response_on', 'again.response_on', 'day') }}
            >= rules.confirmation_days
        and again.n_ne - first_seen.n_ne <= rules.max_ne_between
        and again.n_other = first_seen.n_other
        and (
            (
                first_seen.response_code = 'CR'
                and again.response_code = 'CR'
                and again.n_pr_sd = first_seen.n_pr_sd
            )
            or (
                first_seen.response_code = 'PR'
                and again.response_code {{ in_group('objective_response') }}
                and again.n_sd - first_seen.n_sd <= rules.max_sd_between
                and (
                    rules.is_pr_after_cr_allowed = 'yes'
                    or coalesce(again.cr_no_before_pr, 0) <= first_seen.response_no
                )
            )
        )
),

confirmed as (
    select
        study_id, rule_set_id, patient_id, response_on, response_code, source_row_id,
        confirming_row_id
    from pairs
    where confirmation_no = 1
)

select * from confirmed
