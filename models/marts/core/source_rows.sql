-- One row per landed row of any table, every delivery ever accepted: the way back from
-- a `source_row_id`, which every mart keeps, to the site, the delivery, the file and
-- the line. The file itself is archived under its SHA-256.
with

source_rows as (
    {% for table in contract_tables() %}
    select
        source_row_id,
        '{{ table }}' as table_name,
        patient_id,
        record_id,
        site_id,
        {{ date_of('delivered_on') }} as delivered_on,
        source_file,
        source_sheet,
        source_line,
        file_sha256
    from {{ source('extract', table) }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select * from source_rows
