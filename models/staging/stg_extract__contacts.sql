-- One row per landed contact, every delivery ever accepted; typed and coded.
-- `were_adverse_events_asked` is null where the site does not say: unknown is not no.
-- Declared in extract.yml; a value that cannot be read is null here and a row of
-- `unreadable_values` or `unmapped_values`.
with

source as (
    select * from {{ source('extract', 'contacts') }}
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
        {{ date_of('contact_on') }} as contact_on,
        {{ precision_of('contact_on') }} as contact_on_precision,
        trim(contact_kind) as contact_kind,
        {{ code_of('vital_status') }} as vital_status_code,
        {{ yes_no_of('adverse_events_asked') }} as were_adverse_events_asked,
        {{ integer_of('ecog') }} as ecog
    from source
    {{- words_of({
        'vital_status': 'vital_status',
        'adverse_events_asked': 'yes_no',
    }) }}
)

select * from typed
