-- One row per record that shows progression of the disease, whatever line it falls in.
-- `radiological_progression`: PD on a scan, or a new lesion on a scan without a
-- recorded response (RECIST 1.1: a new lesion is progression). `cns_progression`: the
-- same on a scan of the brain, or brain metastases first found. `clinical_progression`:
-- treatment stopped for progression without an evaluable scan. A clinical examination
-- alone is none (RECIST 1.1, section 4.3.3).
with

scans as (
    select
        patient_id,
        assessed_on,
        source_row_id,
        is_brain_only,
        response_code,
        has_new_lesion
    from {{ ref('tumour_assessments') }}
    where is_scan
        and assessed_on is not null
),

cns_metastases as (
    select
        patient_id,
        source_row_id,
        detected_on,
        row_number() over (
            partition by patient_id
            order by detected_on, source_row_id
        ) as finding_no
    from {{ ref('metastases') }}
    where is_cns
        and detected_on is not null
),

milestones as (
    select
        patient_id,
        occurred_on,
        source_row_id
    from {{ ref('milestones') }}
    where milestone_code = 'clinical_progression'
        and occurred_on is not null
),

progressions as (
    select
        patient_id,
        assessed_on as progressed_on,
        case
            when is_brain_only then 'cns_progression' else 'radiological_progression'
        end as progression_kind,
        source_row_id
    from scans
    where response_code = 'PD'
        or (response_code is null and has_new_lesion)

    union all

    select
        patient_id,
        detected_on as progressed_on,
        'cns_progression' as progression_kind,
        source_row_id
    from cns_metastases
    where finding_no = 1

    union all

    select
        patient_id,
        occurred_on as progressed_on,
        'clinical_progression' as progression_kind,
        source_row_id
    from milestones
)

select * from progressions
