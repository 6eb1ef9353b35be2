-- One row per record that can start, end or censor an endpoint, whatever the endpoint:
-- its kind (`source_kind` of seed `endpoint_definitions`), its day, the landed row.
with

progressions as (
    select
        patient_id,
        progression_kind as source_kind,
        progressed_on as evidence_on,
        source_row_id
    from {{ ref('progressions') }}
),

assessments as (
    select
        patient_id,
        case
            when is_adequate then 'adequate_assessment'
            else 'examination_without_progression'
        end as source_kind,
        assessed_on as evidence_on,
        source_row_id
    from {{ ref('tumour_assessments') }}
    where assessed_on is not null
        and (
            (is_adequate and response_code <> 'PD')
            or (
                modality_code = 'clinical_examination'
                and response_code = 'NO_PROGRESSION'
            )
        )
),

deaths as (
    select
        patient_id,
        occurred_on,
        source_row_id
    from {{ ref('milestones') }}
    where milestone_code = 'death'
        and occurred_on is not null
),

contacts as (
    select
        patient_id,
        contact_on,
        vital_status_code,
        source_row_id
    from {{ ref('contacts') }}
    where contact_on is not null
),

evidence as (
    select patient_id, source_kind, evidence_on, source_row_id
    from progressions
    union all
    select patient_id, source_kind, evidence_on, source_row_id
    from assessments
    union all
    select patient_id, 'death' as source_kind, occurred_on, source_row_id
    from deaths
    union all
    select patient_id, 'death' as source_kind, contact_on, source_row_id
    from contacts
    where vital_status_code = 'dead'
    union all
    select patient_id, 'known_alive' as source_kind, contact_on, source_row_id
    from contacts
    where vital_status_code = 'alive'
)

select * from evidence
