{#- Fails for every row in which one of `columns` is null: one test for all of them. -#}
{% test has_no_nulls(model, columns) %}
    select {{ columns | join(', ') }}
    from {{ model }}
    where
        {%- for column in columns %}
        {{ column }} is null{{ ' or' if not loop.last }}
        {%- endfor %}
{% endtest %}
