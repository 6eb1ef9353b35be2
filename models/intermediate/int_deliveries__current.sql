-- One row per site, contract table and delivery whose rows count today: the newest
-- state of each site. `from_current` takes the rows.
with

in_effect as (
    select
        site_id,
        table_name,
        delivered_on,
        delivery_kind
    from {{ ref('int_deliveries__in_effect') }}
    where is_newest
)

select * from in_effect
