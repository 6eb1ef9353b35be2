-- One row per data query: what a rule found in one field of one record of a site,
-- followed over the states of the site. `last_gap_on` is the last state that lacked it
-- between two that have it. The finding shown is the newest.
with

states as (
    select
        site_id,
        as_of_on,
        is_newest,
        lag(as_of_on) over (partition by site_id order by as_of_on) as previous_on
    from {{ ref('int_deliveries__in_effect') }}
    group by site_id, as_of_on, is_newest
),

found as (
    select
        {{ dbt.hash(dbt.concat([
            'site_id', "'|'", 'rule_id', "'|'", 'record_id', "'|'", 'field',
        ])) }} as query_id,
        site_id,
        rule_id,
        table_name,
        field,
        patient_id,
        record_id,
        source_row_id,
        value,
        related_field,
        related_value,
        as_of_on,
        -- rows alike, or several facts against one: one of them, whatever their order
        row_number() over (
            partition by site_id, rule_id, record_id, field, as_of_on
            order by source_row_id, value nulls last, related_value nulls last
        ) as finding_no
    from {{ ref('int_findings__united') }}
),

seen as (
    select
        found.query_id,
        found.as_of_on,
        states.is_newest,
        case
            when lag(found.as_of_on) over (
                partition by found.query_id order by found.as_of_on
            ) < states.previous_on then states.previous_on
        end as gap_on
    from found
    inner join states
        on found.site_id = states.site_id
        and found.as_of_on = states.as_of_on
    where found.finding_no = 1
),

ledger as (
    select
        query_id,
        min(as_of_on) as first_seen_on,
        max(as_of_on) as last_seen_on,
        count(*) as n_deliveries,
        max(gap_on) as last_gap_on,
        max(case when is_newest then 1 else 0 end) = 1 as is_found_now
    from seen
    group by query_id
),

followed as (
    select
        found.query_id,
        found.site_id,
        found.rule_id,
        found.table_name,
        found.field,
        found.patient_id,
        found.record_id,
        found.source_row_id,
        found.value,
        found.related_field,
        found.related_value,
        ledger.first_seen_on,
        ledger.last_seen_on,
        ledger.last_gap_on,
        ledger.n_deliveries,
        ledger.is_found_now
    from ledger
    inner join found
        on ledger.query_id = found.query_id
        and ledger.last_seen_on = found.as_of_on
        and found.finding_no = 1
)

select * from followed
