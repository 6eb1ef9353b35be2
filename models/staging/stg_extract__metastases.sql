-- One row per landed row of `metastases`, every delivery ever accepted; typed and
-- coded. The site sends one row per organ with metastases, as found at a date. Declared
-- in extract.yml; a value that cannot be read is null here and a row of
-- `unreadable_values` or `unmapped_values`.
with

source as (
    select * from {{ source('extract', 'metastases') }}
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
        {{ code_of('organ') }} as organ_code,
        {{ date_of('detected_on') }} as detected_on,
        {{ precision_of('detected_on') }} as detected_on_precision,
        {{ integer_of('n_lesions') }} as n_lesions,
        {{ code_of('modality') }} as modality_code
    from source
    {{- words_of({
        'organ': 'organ',
        'modality': 'modality',
    }) }}
)

select * from typed
