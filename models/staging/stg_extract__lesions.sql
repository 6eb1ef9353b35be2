-- One row per landed row of `lesions`, every delivery ever accepted; typed and coded.
-- The site sends one row per lesion and examination.
-- Declared in extract.yml; a value that cannot be read is null here and a row of
-- `unreadable_values` or `unmapped_values`.
with

source as (
    select * from {{ source('extract', 'lesions') }}
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
        trim(lesion_no) as lesion_no,
        {{ date_of('assessed_on') }} as assessed_on,
        {{ precision_of('assessed_on') }} as assessed_on_precision,
        {{ code_of('assessor') }} as assessor_code,
        {{ code_of('lesion_role') }} as lesion_role_code,
        {{ code_of('organ') }} as organ_code,
        {{ code_of('modality') }} as modality_code,
        {{ number_of('longest_diameter_mm') }} as longest_diameter_mm,
        {{ number_of('short_axis_mm') }} as short_axis_mm,
        {{ yes_no_of('is_measurable') }} as is_measurable,
        {{ yes_no_of('has_soft_tissue') }} as has_soft_tissue,
        {{ code_of('lesion_status') }} as lesion_status_code
    from source
    {{- words_of({
        'assessor': 'assessor',
        'lesion_role': 'lesion_role',
        'organ': 'organ',
        'modality': 'modality',
        'is_measurable': 'yes_no',
        'has_soft_tissue': 'yes_no',
        'lesion_status': 'lesion_status',
    }) }}
)

select * from typed
