-- One row per landed row of `procedures`, every delivery ever accepted; typed and
-- coded. The site sends one row per operation or course of radiotherapy. Declared in
-- extract.yml; a value that cannot be read is null here and a row of
-- `unreadable_values` or `unmapped_values`.
with

source as (
    select * from {{ source('extract', 'procedures') }}
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
        {{ code_of('procedure') }} as procedure_code,
        {{ date_of('started_on') }} as started_on,
        {{ precision_of('started_on') }} as started_on_precision,
        {{ date_of('ended_on') }} as ended_on,
        {{ precision_of('ended_on') }} as ended_on_precision,
        {{ code_of('region') }} as region_code,
        trim(technique) as technique,
        {{ number_of('dose_gy') }} as dose_gy,
        {{ code_of('setting') }} as setting_code
    from source
    {{- words_of({
        'procedure': 'procedure',
        'region': 'organ',
        'setting': 'treatment_setting',
    }) }}
)

select * from typed
