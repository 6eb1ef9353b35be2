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
    select patient_id, 2 as step_no, source_row_id, 'a contact' as words
    from {{ ref('contacts') }}
    union all
    select patient_id, 3 as step_no, source_row_id, 'a death' as words
    from {{ ref('milestones') }}
    where milestone_code = 'death'
    union all
    select patient_id, 3 as step_no, source_row_id, 'a contact' as words
    from {{ ref('contacts') }}
    union all
    select patient_id, 3 as step_no, source_row_id, 'a sequenced sample' as words
    from {{ ref('samples') }}
    union all
    select patient_id, 4 as step_no, source_row_id, 'test of a receptor' as words
    from {{ ref('biomarkers') }}
    where sample_no = 'primary tumour'
        and (marker_code = 'her2' or marker_code {{ in_group('hormone_receptor') }})
),

eligibility_evidence as (
    {{ records_behind_failed_steps('msk_2018') }}
)

select * from eligibility_evidence
