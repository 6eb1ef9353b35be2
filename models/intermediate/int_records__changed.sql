-- One row per record and `changes` delivery that sent it anew or marked it as deleted:
-- what earlier deliveries said of it no longer counts.
with

changes as (
    {% for table in contract_tables() %}
    select
        record_id,
        {{ date_of('delivered_on') }} as delivered_on,
        row_action
    from {{ source('extract', table) }}
    where delivery_kind = 'changes'
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

changed as (
    select
        record_id,
        delivered_on,
        max(case when row_action = 'delete' then 0 else 1 end) = 0 as is_deleted
    from changes
    group by record_id, delivered_on
)

select * from changed
