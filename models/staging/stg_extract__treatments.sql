-- One row per landed drug row, every delivery ever accepted; typed and coded.
-- `drug_code` may be a regimen's short name (seed `regimen_drugs`); the mart
-- `treatments` expands it. Declared in extract.yml; a value that cannot be read is null
-- here and a row of `unreadable_values` or `unmapped_values`.
with

source as (
    select * from {{ source('extract', 'treatments') }}
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
        trim(treatment_no) as treatment_no,
        {{ code_of('drug') }} as drug_code,
        {{ date_of('started_on') }} as started_on,
        {{ precision_of('started_on') }} as started_on_precision,
        {{ date_of('ended_on') }} as ended_on,
        {{ precision_of('ended_on') }} as ended_on_precision,
        {{ yes_no_of('is_ongoing') }} as is_ongoing,
        {{ integer_of('line_no') }} as line_no,
        {{ code_of('setting') }} as setting_code,
        {{ number_of('dose') }} as dose,
        trim(dose_unit) as dose_unit,
        {{ integer_of('n_cycles') }} as n_cycles,
        {{ code_of('stop_reason') }} as stop_reason_code
    from source
    {{- words_of({
        'drug': 'drug',
        'is_ongoing': 'yes_no',
        'setting': 'treatment_setting',
        'stop_reason': 'stop_reason',
    }) }}
)

select * from typed
