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
    {{ from_states_of(ref('unreadable_values'), 'unread') }}
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
    {{ from_states_of(ref('unmapped_values'), 'unread') }}
),

findings as (
    {{ finding('any.unreadable', 'field', 'value', related='expected') }}
    from unreadable
    union all
    {{ finding('any.unmapped', 'field', 'value', related='expected') }}
    from unmapped
)

select * from findings
