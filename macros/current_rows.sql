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
    left join {{ ref('int_records__changed') }} as changed
        on staged.record_id = changed.record_id
        and staged.delivered_on < changed.delivered_on
    where staged.row_action <> 'delete'
        and changed.record_id is null
{%- endmacro %}
