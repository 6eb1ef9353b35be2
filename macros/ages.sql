{#- First and last day that a partial date can mean; it stands mid-period (`date_of`). -#}
{% macro first_possible_day(column, precision) -%}
    case {{ precision }}
        when 'day' then {{ column }}
        when 'month' then cast({{ dbt.date_trunc('month', column) }} as date)
        when 'year' then cast({{ dbt.date_trunc('year', column) }} as date)
    end
{%- endmacro %}

{% macro last_possible_day(column, precision) -%}
    case {{ precision }}
        when 'day' then {{ column }}
        when 'month' then cast({{ dbt.last_day(column, 'month') }} as date)
        when 'year' then cast({{ dbt.last_day(column, 'year') }} as date)
    end
{%- endmacro %}

{#- Completed years: counted on the calendar, a birthday on the day counts. Who was born on
    29 February turns a year older on 1 March of a year without that day. -#}
{% macro completed_years(from_column, to_column) -%}
    (
        extract(year from {{ to_column }}) - extract(year from {{ from_column }})
        - case
            when extract(month from {{ to_column }}) * 100
                + extract(day from {{ to_column }})
                < extract(month from {{ from_column }}) * 100
                + extract(day from {{ from_column }})
                then 1
            else 0
        end
    )
{%- endmacro %}

{#- Age group of a study at a day, below its `age_split` or from it. A partial birth date
    gives a youngest and an oldest age: on both sides of the boundary it is unknown. -#}
{% macro age_group(study, birth, precision, day) -%}
    case
            when {{ completed_years(last_possible_day(birth, precision), day) }}
                >= {{ study_parameter(study, 'age_split') }}
                then 'ge50'
            when {{ completed_years(first_possible_day(birth, precision), day) }}
                < {{ study_parameter(study, 'age_split') }}
                then 'lt50'
            else 'unknown'
        end
{%- endmacro %}
