-- One row per site, delivery of it, contract table and delivery whose rows count as of
-- that delivery: its *state*. Per table the newest full delivery up to then replaces
-- all before it; `changes` deliveries after it add to it (design.md, section 4).
-- `from_states` takes the rows, `int_deliveries__current` the newest state of each
-- site.
with

deliveries as (
    select distinct
        site_id,
        table_name,
        delivery_kind,
        {{ date_of('delivered_on') }} as delivered_on
    from {{ source('landing', 'deliveries') }}
),

states as (
    select
        site_id,
        delivered_on as as_of_on,
        row_number() over (partition by site_id order by delivered_on) as state_no,
        count(*) over (partition by site_id) as n_states
    from deliveries
    group by site_id, delivered_on
),

known as (
    select
        states.site_id,
        states.as_of_on,
        states.state_no,
        states.state_no = states.n_states as is_newest,
        deliveries.table_name,
        deliveries.delivered_on,
        deliveries.delivery_kind,
        max(
            case when deliveries.delivery_kind = 'full' then deliveries.delivered_on end
        ) over (
            partition by states.site_id, states.as_of_on, deliveries.table_name
        ) as newest_full_on
    from states
    inner join deliveries
        on states.site_id = deliveries.site_id
        and states.as_of_on >= deliveries.delivered_on
),

in_effect as (
    select
        site_id,
        as_of_on,
        state_no,
        is_newest,
        table_name,
        delivered_on,
        delivery_kind
    from known
    where newest_full_on is null
        or delivered_on = newest_full_on
        or (delivery_kind = 'changes' and delivered_on > newest_full_on)
)

select * from in_effect
