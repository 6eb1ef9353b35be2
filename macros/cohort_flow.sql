{#- A study's cohort flow, from its `cohort_steps.csv` and its `<study>__eligibility`
    (patient_id, site_id, failed_step_no, reason): one row per step, site and outcome.
    `reason` is empty for those who pass. Sums over outcomes and sites give the flow:
    `n_in` enter, `n_out` leave. Step 0 counts everybody screened. -#}
{% macro cohort_flow(study) %}
with

steps as (
    select
        cast(step_no as integer) as step_no,
        criterion
    from {{ source('landing', 'study_steps') }}
    where study_id = '{{ study }}'
),

eligibility as (
    select
        patient_id,
        site_id,
        failed_step_no,
        reason
    from {{ ref(study ~ '__eligibility') }}
),

outcomes as (
    select
        steps.step_no,
        steps.criterion,
        eligibility.site_id,
        case when eligibility.failed_step_no = steps.step_no then eligibility.reason end
            as reason,
        case when eligibility.failed_step_no = steps.step_no then 1 else 0 end as is_out
    from steps
    inner join eligibility
        on eligibility.failed_step_no is null
        or eligibility.failed_step_no >= steps.step_no
),

cohort_flow as (
    select
        step_no,
        criterion,
        site_id,
        reason,
        count(*) as n_in,
        cast(sum(is_out) as bigint) as n_out
    from outcomes
    group by step_no, criterion, site_id, reason
)

select * from cohort_flow
{% endmacro %}

{#- The records behind the step that each patient out of a study failed, from a CTE `sent`
    (patient_id, step_no, source_row_id, words); `none` where nothing of the kind was. -#}
{% macro records_behind_failed_steps(study) -%}
    select
        eligibility.patient_id,
        eligibility.failed_step_no as step_no,
        coalesce(sent.source_row_id, 'none') as source_row_id,
        coalesce(sent.words, 'no record of the kind') as words
    from {{ ref(study ~ '__eligibility') }} as eligibility
    left join sent
        on eligibility.patient_id = sent.patient_id
        and eligibility.failed_step_no = sent.step_no
    where eligibility.failed_step_no is not null
{%- endmacro %}
