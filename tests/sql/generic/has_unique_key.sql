{#- Fails for every combination of `columns` that stands in more than one row or holds a
    null; columns named in `nullable` may be empty. One test where dbt's own would be one
    per column and one for the key: the build runs them all, every time. -#}
{% test has_unique_key(model, columns, nullable=[]) %}
    select {{ columns | join(', ') }}
    from {{ model }}
    group by {{ columns | join(', ') }}
    having
        count(*) > 1
        {%- for column in columns if column not in nullable %}
        or {{ column }} is null
        {%- endfor %}
{% endtest %}
