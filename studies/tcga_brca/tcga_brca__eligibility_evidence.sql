-- One row per patient out of the study and record behind the step that failed, for
-- `oncohort explain`; `source_row_id` is `none` where nothing of the kind was sent.
with

failed as (
    select
        patient_id,
        failed_step_no as step_no
    from {{ ref('tcga_brca__eligibility') }}
    where failed_step_no is not null
),

sent as (
    select patient_id, 1 as step_no, source_row_id, 'a diagnosis' as words
    from {{ ref('diagnoses') }}
    union all
    select patient_id, 2 as step_no, source_row_id, 'a death' as words
    from {{ ref('milestones') }}
    where milestone_code = 'death'
    union all
    select patient_id, 2 as step_no, source_row_id, 'seen dead' as words
    from {{ ref('contacts') }}
    where vital_status_code = 'dead'
    union all
    select patient_id, 3 as step_no, source_row_id, 'a contact' as words
    from {{ ref('contacts') }}
),

eligibility_evidence as (
    select
        failed.patient_id,
        failed.step_no,
        coalesce(sent.source_row_id, 'none') as source_row_id,
        coalesce(sent.words, 'no record of the kind') as words
    from failed
    left join sent
        on failed.patient_id = sent.patient_id
        and failed.step_no = sent.step_no
)

select * from eligibility_evidence
