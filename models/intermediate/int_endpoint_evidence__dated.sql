-- One row per record that can end, limit or censor an endpoint, whatever the endpoint:
-- its kind (`source_kind` of seed `endpoint_definitions`), its day, the landed row, and
-- who judged it. `new_therapy` is the first day of a line of systemic treatment.
with

responses as (
    select
        study_id,
        response_source,
        patient_id,
        assessed_on,
        assessed_on_precision,
        assessor_code,
        reader,
        is_superseded,
        response_code,
        source_row_id
    from {{ ref('int_responses__stated') }}
),

progressions as (
    select
        progressions.patient_id,
        progressions.progression_kind,
        progressions.progressed_on,
        progressions.source_row_id,
        case when progressions.progression_kind = 'radiological_progression' then 'site'
        end as response_source,
        assessments.assessed_on_precision,
        assessments.assessor_code,
        assessments.reader,
        assessments.is_superseded,
        -- a new lesion without a recorded response ends PFS and is no response
        case when progressions.progression_kind = 'cns_progression' then 'PD'
            else assessments.response_code
        end as response_code
    from {{ ref('progressions') }} as progressions
    left join {{ ref('tumour_assessments') }} as assessments
        on progressions.source_row_id = assessments.source_row_id
),

others as (
    select patient_id, 'examination_without_progression' as source_kind,
        assessed_on as evidence_on, source_row_id
    from {{ ref('tumour_assessments') }}
    where modality_code = 'clinical_examination' and response_code = 'NO_PROGRESSION'
    union all
    select patient_id, 'death' as source_kind, occurred_on, source_row_id
    from {{ ref('milestones') }}
    where milestone_code = 'death'
    union all
    select
        patient_id,
        case vital_status_code when 'dead' then 'death' else 'known_alive' end
            as source_kind,
        contact_on,
        source_row_id
    from {{ ref('contacts') }}
    where vital_status_code in ('dead', 'alive')
    union all
    select lines.patient_id, 'new_therapy' as source_kind, lines.anchor_on,
        min(treatments.source_row_id) as source_row_id
    from {{ ref('treatment_lines') }} as lines
    inner join {{ ref('treatments') }} as treatments
        on lines.patient_id = treatments.patient_id
        and lines.anchor_on = treatments.started_on
        and {{ opens_line('treatments.drug_class') }}
    group by lines.patient_id, lines.anchor_on
),

evidence as (
    select
        study_id, response_source, patient_id,
        case
            when response_code = 'PD' then 'radiological_progression'
            when response_code = 'NE' then 'not_evaluable'
            else 'adequate_assessment'
        end as source_kind,
        assessed_on as evidence_on, assessed_on_precision as evidence_precision,
        assessor_code, reader, is_superseded, response_code, source_row_id
    from responses
    -- the site's PD is a progression already
    where response_code <> 'PD' or response_source <> 'site'
    union all
    select
        null as study_id, response_source, patient_id, progression_kind, progressed_on,
        assessed_on_precision, assessor_code, reader, is_superseded, response_code,
        source_row_id
    from progressions
    union all
    select
        null as study_id, null as response_source, patient_id, source_kind, evidence_on,
        null as evidence_precision, null as assessor_code, null as reader,
        null as is_superseded, null as response_code, source_row_id
    from others
    where evidence_on is not null
)

select * from evidence
