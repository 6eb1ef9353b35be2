-- One row per landed row of `adverse_events`, every delivery ever accepted; typed and
-- coded. The site sends one row per adverse event as the site recorded it. Declared in
-- extract.yml; a value that cannot be read is null here and a row of
-- `unreadable_values` or `unmapped_values`.
with

source as (
    select * from {{ source('extract', 'adverse_events') }}
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
        {{ code_of('term') }} as term_code,
        {{ integer_of('grade') }} as grade,
        {{ date_of('started_on') }} as started_on,
        {{ precision_of('started_on') }} as started_on_precision,
        {{ date_of('ended_on') }} as ended_on,
        {{ precision_of('ended_on') }} as ended_on_precision,
        {{ yes_no_of('is_related') }} as is_related,
        {{ yes_no_of('is_serious') }} as is_serious,
        trim(action) as action
    from source
    {{- words_of({
        'term': 'adverse_event_term',
        'is_related': 'yes_no',
        'is_serious': 'yes_no',
    }) }}
)

select * from typed
