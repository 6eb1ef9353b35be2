-- One row per accepted delivery, file, sheet and contract table: rows read = landed +
-- refused + not meant for the table, and the rows found in the landing zone. A file
-- that feeds a table in two ways (ER and PR of one row) is read, and counted, twice.
-- The test `is_balanced` proves the sums.
with

deliveries as (
    select
        site_id,
        {{ date_of('delivered_on') }} as delivered_on,
        table_name,
        source_file,
        source_sheet,
        cast(sum(n_rows_read) as bigint) as n_rows_read,
        cast(sum(n_rows_landed) as bigint) as n_rows_landed,
        cast(sum(n_rows_refused) as bigint) as n_rows_refused,
        cast(sum(n_rows_not_meant) as bigint) as n_rows_not_meant,
        cast(sum(n_values_unreadable) as bigint) as n_values_unreadable
    from {{ source('landing', 'deliveries') }}
    group by site_id, delivered_on, table_name, source_file, source_sheet
),

found as (
    {% for table in contract_tables() %}
    select
        '{{ table }}' as table_name,
        site_id,
        {{ date_of('delivered_on') }} as delivered_on,
        source_file,
        source_sheet,
        count(*) as n_rows_found
    from {{ source('extract', table) }}
    group by site_id, delivered_on, source_file, source_sheet
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

row_reconciliation as (
    select
        deliveries.site_id,
        deliveries.delivered_on,
        deliveries.table_name,
        deliveries.source_file,
        deliveries.source_sheet,
        deliveries.n_rows_read,
        deliveries.n_rows_landed,
        deliveries.n_rows_refused,
        deliveries.n_rows_not_meant,
        deliveries.n_values_unreadable,
        coalesce(found.n_rows_found, 0) as n_rows_found,
        deliveries.n_rows_read = deliveries.n_rows_landed + deliveries.n_rows_refused
            + deliveries.n_rows_not_meant
        and deliveries.n_rows_landed = coalesce(found.n_rows_found, 0) as is_balanced
    from deliveries
    left join found
        on deliveries.site_id = found.site_id
        and deliveries.delivered_on = found.delivered_on
        and deliveries.table_name = found.table_name
        and deliveries.source_file = found.source_file
        and coalesce(deliveries.source_sheet, '') = coalesce(found.source_sheet, '')
)

select * from row_reconciliation
