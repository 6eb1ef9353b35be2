-- One row per screened patient: the first criterion of the cohort flow not met, and
-- why. Criteria and their order: study.md, "Cohort flow"; in words: README of this
-- folder.
with

findings as (
    select
        patient_id,
        site_id,
        sex_code,
        arm,
        line_no,
        time_zero_on,
        is_her2_positive,
        metastatic_on,
        resistance_code,
        had_other_anti_her2,
        has_cns_metastases,
        is_cns_treated,
        has_measurable_disease
    from {{ ref('lx_vs_tbp__findings') }}
),

judged as (
    select
        patient_id,
        site_id,
        case
            when not is_her2_positive then 1
            when coalesce(sex_code, 'unknown') <> 'female' then 2
            when metastatic_on is null then 3
            when coalesce(resistance_code, 'none') not in ('primary', 'secondary')
                then 4
            when time_zero_on is null then 5
            when line_no > {{ study_parameter('lx_vs_tbp', 'max_line') }} then 6
            when had_other_anti_her2 then 7
            when has_cns_metastases and not is_cns_treated then 8
            when not has_measurable_disease then 9
        end as failed_step_no,
        sex_code,
        resistance_code,
        arm
    from findings
),

eligibility as (
    select
        patient_id,
        site_id,
        failed_step_no is null as is_eligible,
        failed_step_no,
        case
            when failed_step_no = 1 then 'no IHC 3+ and no amplification by FISH'
            when failed_step_no = 2 and sex_code is null then 'sex unknown'
            when failed_step_no = 2 then 'not female'
            when failed_step_no = 3 then 'no metastatic disease'
            when failed_step_no = 4 and resistance_code = 'cannot tell'
                then 'cannot tell: late progression without an earlier assessment'
            when failed_step_no = 4 then 'no progression on or soon after trastuzumab'
            when failed_step_no = 5 then 'no LX or TBP after resistance in the window'
            when failed_step_no = 6 then 'index treatment beyond the third line'
            when failed_step_no = 7 then 'other anti-HER2 therapy before'
            when failed_step_no = 8 then 'untreated CNS metastases at baseline'
            when failed_step_no = 9 then 'no measurable lesion at baseline'
        end as reason,
        arm
    from judged
)

select * from eligibility
