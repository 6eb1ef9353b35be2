-- One row per landed row of `assessments`, every delivery ever accepted; typed and
-- coded. The site sends one row per examination of the tumour: a scan of a region, or a
-- clinical examination. Declared in extract.yml; a value that cannot be read is null
-- here and a row of `unreadable_values` or `unmapped_values`.
with

source as (
    select * from {{ source('extract', 'assessments') }}
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
        {{ date_of('assessed_on') }} as assessed_on,
        {{ precision_of('assessed_on') }} as assessed_on_precision,
        {{ code_of('assessor') }} as assessor_code,
        trim(reader) as reader,
        {{ yes_no_of('is_accepted') }} as is_accepted,
        {{ code_of('modality') }} as modality_code,
        {{ code_of('region') }} as region_code,
        trim(visit) as visit,
        {{ code_of('response') }} as response_code,
        {{ code_of('target_response') }} as target_response_code,
        {{ code_of('nontarget_response') }} as nontarget_response_code,
        {{ yes_no_of('has_new_lesion') }} as has_new_lesion
    from source
    {{- words_of({
        'assessor': 'assessor',
        'is_accepted': 'yes_no',
        'modality': 'modality',
        'region': 'organ',
        'response': 'response',
        'target_response': 'response',
        'nontarget_response': 'response',
        'has_new_lesion': 'yes_no',
    }) }}
)

select * from typed
