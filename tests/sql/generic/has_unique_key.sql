{#- Fails for every combination of `columns` that stands in more than one row. -#}
{% test has_unique_key(model, columns) %}
    select {{ columns | join(', ') }}
    from {{ model }}
    group by {{ columns | join(', ') }}
    having count(*) > 1
{% endtest %}
