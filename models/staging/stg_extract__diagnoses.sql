-- One row per landed row of `diagnoses`, every delivery ever accepted; typed and coded.
-- The site sends one row per dated diagnosis: primary tumour, recurrence, metastatic
-- disease.
-- Declared in extract.yml; a value that cannot be read is null here and a row of
-- `unreadable_values` or `unmapped_values`.
with

source as (
    select * from {{ source('extract', 'diagnoses') }}
),

typed as (
    select
        patient_id,
        record_id,
        source_row_id,
        site_id,
        {{ date_of('delivered_on') }} as delivered_on,
        delivery_kind,
        row_action,
        date_basis,
        source_file,
        source_sheet,
        source_line,
        file_sha256,
        {{ code_of('diagnosis') }} as diagnosis_code,
        {{ date_of('diagnosed_on') }} as diagnosed_on,
        {{ precision_of('diagnosed_on') }} as diagnosed_on_precision,
        trim(evidence) as evidence,
        trim(icd10) as icd10,
        trim(histology) as histology,
        trim(laterality) as laterality,
        {{ code_of('stage') }} as stage_code,
        trim(t_category) as t_category,
        trim(n_category) as n_category,
        trim(m_category) as m_category,
        trim(grade) as grade
    from source
    {{- words_of({
        'diagnosis': 'diagnosis',
        'stage': 'stage',
    }) }}
)

select * from typed
