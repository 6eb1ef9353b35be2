-- One row per overall response that somebody stated of a scan (RECIST 1.1 categories,
-- NE included): the site's own, on scans of more than the brain, and ours from the
-- lesions' measurements. `response_source` tells whose word it is; a rule set chooses.
with

site_responses as (
    select
        patient_id,
        assessed_on,
        assessed_on_precision,
        assessor_code,
        reader,
        is_superseded,
        response_code,
        source_row_id
    from {{ ref('tumour_assessments') }}
    where assessed_on is not null
        and is_scan
        and not is_brain_only
        and response_code in ('CR', 'PR', 'SD', 'NON_CR_NON_PD', 'PD', 'NE')
),

lesion_responses as (
    select
        study_id,
        patient_id,
        assessed_on,
        assessed_on_precision,
        assessor_code,
        response_code,
        source_row_id
    from {{ ref('lesion_responses') }}
    where response_code is not null
),

stated as (
    select
        cast(null as {{ dbt.type_string() }}) as study_id,
        'site' as response_source,
        patient_id,
        assessed_on,
        assessed_on_precision,
        assessor_code,
        reader,
        is_superseded,
        response_code,
        source_row_id
    from site_responses

    union all

    select
        study_id,
        'lesions' as response_source,
        patient_id,
        assessed_on,
        assessed_on_precision,
        assessor_code,
        cast(null as {{ dbt.type_string() }}) as reader,
        false as is_superseded,
        response_code,
        source_row_id
    from lesion_responses
)

select * from stated
