{#- The `from` and `where` of a mart that takes the rows of a staged table that count
    today: those of the newest full delivery of each site, then those of the `changes`
    deliveries after it, where the newest delivery of a record wins and a record marked
    as deleted is gone. -#}
{% macro from_current(table) -%}
    from {{ ref('stg_extract__' ~ table) }} as staged
    inner join {{ ref('int_deliveries__current') }} as deliveries
        on staged.site_id = deliveries.site_id
        and staged.delivered_on = deliveries.delivered_on
        and deliveries.table_name = '{{ table }}'
    where staged.row_action <> 'delete'
        and not exists (
            select 1
            from {{ ref('int_records__changed') }} as changed
            where changed.record_id = staged.record_id
                and changed.delivered_on > staged.delivered_on
        )
{%- endmacro %}
