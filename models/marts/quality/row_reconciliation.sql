-- One row per accepted delivery, file, sheet and contract table: rows read = landed +
-- refused + not meant for the table, and the rows found in the landing zone.
-- The test `is_balanced` proves the sums.
with

deliveries as (
    select
        site_id,
        {{ date_of('delivered_on') }} as delivered_on,
        table_name,
        source_file,
        source_sheet,
        n_rows_read,
        n_rows_landed,
        n_rows_refused,
        n_rows_not_meant,
        n_values_unreadable
    from {{ source('landing', 'deliveries') }}
),

found as (
    {% for table in contract_tables() %}
    select
        '{{ table }}' as table_name,
        site_id,
        delivered_on,
        source_file,
        source_sheet,
        count(*) as n_rows_found
    from {{ ref('stg_extract__' ~ table) }}
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
            + deliveries.n_rows_not_meant as is_balanced
    from deliveries
    left join found
        on deliveries.site_id = found.site_id
        and deliveries.delivered_on = found.delivered_on
        and deliveries.table_name = found.table_name
        and deliveries.source_file = found.source_file
        and coalesce(deliveries.source_sheet, '') = coalesce(found.source_sheet, '')
)

select * from row_reconciliation
