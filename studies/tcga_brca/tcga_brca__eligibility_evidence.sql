-- One row per patient out of the study and record behind the step that failed, for
-- `oncohort explain`; `source_row_id` is `none` where nothing of the kind was sent.
with

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
    {{ records_behind_failed_steps('tcga_brca') }}
)

select * from eligibility_evidence
