-- One row per landed patient row, every delivery ever accepted; typed and coded.
-- Names, record and national numbers end here: `patient_id` is the only key past
-- staging. Declared in extract.yml; a value that cannot be read is null here and a row
-- of `unreadable_values` or `unmapped_values`.
with

source as (
    select * from {{ source('extract', 'patients') }}
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
        person_id,
        {{ code_of('sex') }} as sex_code,
        {{ date_of('birth_on') }} as birth_on,
        {{ precision_of('birth_on') }} as birth_on_precision,
        {{ code_of('menopausal_status') }}
            as menopausal_status_code,
        {{ date_of('menopausal_status_on') }} as menopausal_status_on,
        {{ precision_of('menopausal_status_on') }} as menopausal_status_on_precision,
        trim(race) as race,
        {{ code_of('collection') }} as collection_code,
        trim(arm) as arm
    from source
    {{- words_of({
        'sex': 'sex',
        'menopausal_status': 'menopausal_status',
        'collection': 'collection',
    }) }}
)

select * from typed
