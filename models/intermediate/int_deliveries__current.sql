-- One row per site, contract table and delivery whose rows count today.
-- The newest full delivery replaces all before it; `changes` deliveries after it add to
-- it (design.md, section 4). `from_current` takes the rows.
with

deliveries as (
    select distinct
        site_id,
        table_name,
        delivery_kind,
        {{ date_of('delivered_on') }} as delivered_on
    from {{ source('landing', 'deliveries') }}
),

newest_full as (
    select
        site_id,
        table_name,
        max(delivered_on) as delivered_on
    from deliveries
    where delivery_kind = 'full'
    group by site_id, table_name
),

in_effect as (
    select
        deliveries.site_id,
        deliveries.table_name,
        deliveries.delivered_on,
        deliveries.delivery_kind
    from deliveries
    left join newest_full
        on deliveries.site_id = newest_full.site_id
        and deliveries.table_name = newest_full.table_name
    where newest_full.delivered_on is null
        or deliveries.delivered_on = newest_full.delivered_on
        or (
            deliveries.delivery_kind = 'changes'
            and deliveries.delivered_on > newest_full.delivered_on
        )
)

select * from in_effect
