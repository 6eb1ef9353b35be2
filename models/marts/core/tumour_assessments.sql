-- One row per examination of the tumour, newest delivery of the site.
-- `is_adequate`: a scan, not of the brain alone, with a response that can be evaluated
-- (RECIST 1.1 categories; NE is none). An examination without a recorded modality
-- counts as a scan if its response is a RECIST category. Only such an assessment shows
-- that there was no progression; a brain scan says nothing about the rest of the body.
-- `is_superseded`: of several readers of one day or visit another's reading was
-- accepted (CDISC SDTM, --ACPTFL); where none was, all stand.
with

modalities as (
    select
        modality_code,
        is_scan,
        shows_brain_lesions
    from {{ ref('modalities') }}
),

organs as (
    select
        organ_code,
        is_cns
    from {{ ref('organs') }}
),

examinations as (
    select
        staged.patient_id,
        staged.site_id,
        staged.record_id,
        staged.source_row_id,
        staged.assessed_on,
        staged.assessed_on_precision,
        staged.assessor_code,
        staged.reader,
        coalesce(staged.is_accepted, false) as is_accepted,
        staged.modality_code,
        staged.region_code,
        staged.visit,
        staged.response_code,
        staged.target_response_code,
        staged.nontarget_response_code,
        staged.has_new_lesion
    {{ from_current('assessments') }}
),

-- few: a join with them is cheaper than a look at all readings of a day
accepted_days as (
    select distinct
        patient_id,
        assessor_code,
        assessed_on,
        assessed_on_precision
    from examinations
    where is_accepted
),

accepted_visits as (
    select distinct
        patient_id,
        assessor_code,
        visit
    from examinations
    where is_accepted and visit is not null
),

tumour_assessments as (
    select
        examinations.patient_id,
        examinations.site_id,
        examinations.record_id,
        examinations.source_row_id,
        examinations.assessed_on,
        examinations.assessed_on_precision,
        examinations.assessor_code,
        examinations.reader,
        not examinations.is_accepted
        and (
            accepted_days.patient_id is not null
            or accepted_visits.patient_id is not null
        ) as is_superseded,
        examinations.modality_code,
        examinations.region_code,
        examinations.visit,
        examinations.response_code,
        examinations.target_response_code,
        examinations.nontarget_response_code,
        examinations.has_new_lesion,
        coalesce(modalities.is_scan, true) as is_scan,
        coalesce(organs.is_cns, false) as is_brain_only,
        coalesce(modalities.shows_brain_lesions, false)
        and coalesce(organs.is_cns, false)
            as is_brain_scan,
        coalesce(modalities.is_scan, true)
        and not coalesce(organs.is_cns, false)
        and coalesce(
            examinations.response_code {{ in_group('evaluable_response') }}, false
        ) as is_adequate
    from examinations
    left join modalities on examinations.modality_code = modalities.modality_code
    left join organs on examinations.region_code = organs.organ_code
    left join accepted_days
        on examinations.patient_id = accepted_days.patient_id
        and examinations.assessor_code is not distinct from accepted_days.assessor_code
        and examinations.assessed_on is not distinct from accepted_days.assessed_on
        and examinations.assessed_on_precision
        is not distinct from accepted_days.assessed_on_precision
    left join accepted_visits
        on examinations.patient_id = accepted_visits.patient_id
        and examinations.assessor_code
        is not distinct from accepted_visits.assessor_code
        and examinations.visit = accepted_visits.visit
)

select * from tumour_assessments
