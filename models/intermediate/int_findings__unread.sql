-- One row per landed value that became null because it could not be read or coded, as
-- of a delivery of the site. The rules: seed `record_rules`.
with

unreadable as (
    select
        unread.site_id,
        deliveries.as_of_on,
        unread.table_name,
        unread.field,
        unread.patient_id,
        unread.record_id,
        unread.source_row_id,
        unread.value,
        unread.expected
    from {{ ref('unreadable_values') }} as unread
    inner join {{ ref('int_deliveries__in_effect') }} as deliveries
        on unread.site_id = deliveries.site_id
        and unread.delivered_on = deliveries.delivered_on
        and unread.table_name = deliveries.table_name
    where {{ is_in_effect('unread') }}
),

unmapped as (
    select
        unread.site_id,
        deliveries.as_of_on,
        unread.table_name,
        unread.field,
        unread.patient_id,
        unread.record_id,
        unread.source_row_id,
        unread.value,
        unread.expected
    from {{ ref('unmapped_values') }} as unread
    inner join {{ ref('int_deliveries__in_effect') }} as deliveries
        on unread.site_id = deliveries.site_id
        and unread.delivered_on = deliveries.delivered_on
        and unread.table_name = deliveries.table_name
    where {{ is_in_effect('unread') }}
),

findings as (
    {{ finding('any.unreadable', 'field', 'value', related='expected') }}
    from unreadable
    union all
    {{ finding('any.unmapped', 'field', 'value', related='expected') }}
    from unmapped
)

select * from findings
