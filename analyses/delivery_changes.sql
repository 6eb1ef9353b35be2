-- What changed between a site's deliveries: one row per site, table and delivery after
-- its first. A record keeps its identity by its key, whatever else of it is corrected:
-- `n_gone` stand only in the delivery before. Where a site sends changes only
-- (`delivery_kind` in its site.yml) all that did not change is gone: nothing is lost.
-- oncohort sql delivery_changes
with records as (
    select distinct site_id, table_name, delivered_on, record_id
    from core.source_rows
),

pairs as (
    select
        site_id,
        table_name,
        delivered_on,
        lag(delivered_on) over (
            partition by site_id, table_name
            order by delivered_on
        ) as before_on
    from records
    group by site_id, table_name, delivered_on
),

compared as (
    select
        pairs.*,
        records.record_id,
        bool_or(records.delivered_on = pairs.before_on) as is_before,
        bool_or(records.delivered_on = pairs.delivered_on) as is_now
    from pairs
    inner join records
        on pairs.site_id = records.site_id
        and pairs.table_name = records.table_name
        and records.delivered_on in (pairs.before_on, pairs.delivered_on)
    where pairs.before_on is not null
    group by all
)

select
    site_id,
    table_name,
    before_on,
    delivered_on,
    count_if(is_before) as n_before,
    count_if(is_now) as n_now,
    count_if(is_now and not is_before) as n_new,
    count_if(is_before and not is_now) as n_gone
from compared
group by site_id, table_name, before_on, delivered_on
order by site_id, delivered_on, table_name
