-- One row per patient out of the study and record behind the step that failed, for
-- `oncohort explain`; `source_row_id` is `none` where the words tell what is missing.
-- Nothing is judged here: `lx_vs_tbp__eligibility` did.
with

failed as (
    select
        eligibility.patient_id,
        eligibility.failed_step_no as step_no,
        coalesce(eligibility.reason like 'cannot tell%', false) as is_untold,
        index_lines.anchor_on,
        index_lines.time_zero_on
    from {{ ref('lx_vs_tbp__eligibility') }} as eligibility
    left join {{ ref('lx_vs_tbp__index_lines') }} as index_lines
        on eligibility.patient_id = index_lines.patient_id
    where eligibility.failed_step_no is not null
),

resistances as (
    select
        patient_id,
        resistance_code,
        deciding_row_id
    from {{ ref('trastuzumab_resistances') }}
),

drugs as (
    select
        treatments.patient_id,
        treatments.source_row_id,
        treatments.drug_code,
        treatments.drug_class,
        treatments.started_on,
        'opens line ' || cast(treatment_lines.line_no as {{ dbt.type_string() }})
        || ': ' || treatment_lines.regimen as line_words
    from {{ ref('treatments') }} as treatments
    left join {{ ref('treatment_lines') }} as treatment_lines
        on treatments.patient_id = treatment_lines.patient_id
        and treatments.started_on = treatment_lines.anchor_on
),

sent as (
    select patient_id, 1 as step_no, source_row_id, 'HER2 test' as words
    from {{ ref('biomarkers') }}
    where marker_code = 'her2'
    union all
    select patient_id, 2 as step_no, source_row_id, 'sex as recorded' as words
    from {{ ref('patients') }}
    union all
    select patient_id, 3 as step_no, source_row_id, 'a diagnosis' as words
    from {{ ref('diagnoses') }}
    union all
    select patient_id, 4 as step_no, source_row_id, drug_code as words
    from drugs
    where drug_code = 'trastuzumab'
    union all
    select patient_id, 4 as step_no, source_row_id, 'a progression' as words
    from {{ ref('progressions') }}
    where patient_id not in (select resistances.patient_id from resistances)
    union all
    select patient_id, 4 as step_no, deciding_row_id, 'the late progression' as words
    from resistances
    union all
    select patient_id, 5 as step_no, deciding_row_id, 'resistance shown' as words
    from resistances
    union all
    select drugs.patient_id, failed.step_no, drugs.source_row_id, drugs.line_words
    from drugs
    inner join failed on drugs.patient_id = failed.patient_id
    where failed.step_no in (5, 6) and drugs.line_words is not null
    union all
    select drugs.patient_id, 7 as step_no, drugs.source_row_id, 'given before' as words
    from drugs
    inner join failed
        on drugs.patient_id = failed.patient_id
        and drugs.started_on < failed.anchor_on
    where drugs.drug_class = 'anti_her2'
        and drugs.drug_code <> 'trastuzumab'
    union all
    select cns.patient_id, 8 as step_no, cns.source_row_id, 'CNS metastases' as words
    from {{ ref('metastases') }} as cns
    inner join failed
        on cns.patient_id = failed.patient_id
        and cns.detected_on <= failed.time_zero_on
    where cns.is_cns
    union all
    select patient_id, 9 as step_no, source_row_id, 'not measurable' as words
    from {{ ref('lx_vs_tbp__baseline_lesions') }}
),

eligibility_evidence as (
    select distinct
        failed.patient_id,
        failed.step_no,
        sent.source_row_id,
        sent.words
    from failed
    inner join sent
        on failed.patient_id = sent.patient_id
        and failed.step_no = sent.step_no
    union all
    select distinct
        failed.patient_id,
        failed.step_no,
        'none' as source_row_id,
        case
            when failed.step_no = 1 then 'no HER2 test'
            when failed.is_untold then 'no evaluable scan before this progression'
            when failed.step_no = 8 then 'no radiotherapy or surgery of the CNS before'
            when failed.step_no = 9 then 'no lesion examined in the weeks before'
            else 'no record of the kind'
        end as words
    from failed
    left join sent
        on failed.patient_id = sent.patient_id
        and failed.step_no = sent.step_no
    where sent.patient_id is null or failed.is_untold or failed.step_no = 8
)

select * from eligibility_evidence
