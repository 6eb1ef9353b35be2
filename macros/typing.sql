{#- How a landed text becomes a value. Staging and `unreadable_values` use the same
    macros, so a value is null in the one exactly where it is a row of the other. -#}

{#- A cast that gives null where the text does not fit. `dbt.safe_cast` is a plain cast on
    most engines and would stop the build. -#}
{% macro read_as(text, type) -%}
    {{ return(adapter.dispatch('read_as')(text, type)) }}
{%- endmacro %}

{% macro default__read_as(text, type) -%}
    try_cast({{ text }} as {{ type }})
{%- endmacro %}

{#- A partial date stands mid-period: 15th of the month, 1 July of the year. Only ISO
    is a date here; other spellings are the site's and are read by `receive`. A year with
    a blank or a sign before it is none: engines differ on what it is. -#}
{% macro date_of(column) -%}
    case
        when {{ column }} < '0001' then null
        when {{ column }} like '____-__-__' then {{ read_as(column, 'date') }}
        when {{ column }} like '____-__'
            then {{ read_as(dbt.concat([column, "'-15'"]), 'date') }}
        when {{ column }} like '____'
            then {{ read_as(dbt.concat([column, "'-07-01'"]), 'date') }}
    end
{%- endmacro %}

{#- Finest part of the date that the site knew; null where there is no date. -#}
{% macro precision_of(column) -%}
    case
        when {{ date_of(column) }} is null then null
        when {{ column }} like '____-__-__' then 'day'
        when {{ column }} like '____-__' then 'month'
        else 'year'
    end
{%- endmacro %}

{#- The bounds keep out what a cast accepts and no hospital measures: inf and nan. -#}
{% macro number_of(column) -%}
    case
        when {{ read_as(column, 'double') }} between -1e15 and 1e15
            then {{ read_as(column, 'double') }}
    end
{%- endmacro %}

{#- A cast to integer would round 2.7 to 3; a value with a fraction is none. -#}
{% macro integer_of(column) -%}
    case
        when {{ number_of(column) }} = floor({{ number_of(column) }})
            and abs({{ number_of(column) }}) < 2000000000
            then cast({{ number_of(column) }} as integer)
    end
{%- endmacro %}

{#- A site's word as code lists hold it. -#}
{% macro term_of(text) -%}
    {{ return(adapter.dispatch('term_of')(text)) }}
{%- endmacro %}

{% macro default__term_of(text) -%}
    lower(trim({{ text }}))
{%- endmacro %}

{#- Code of a site's word: the site's own `codes.csv` first, then the synonyms of all.
    The words come from `words_of`, joined a whole table at a time: a subquery for each
    value takes three times as long. -#}
{% macro code_of(column) -%}
    {{ column }}_words.code
{%- endmacro %}

{#- Joins the code list of each coded column (`{column: code list}`) to rows that are
    called `source`; a word stands once a site and list, so no row doubles. -#}
{% macro words_of(code_lists) -%}
    {%- for column, code_list in code_lists.items() %}
    left join (
        select site_id as words_of_site, term as known_term, code
        from {{ ref('stg_landing__code_terms') }}
        where code_list = '{{ code_list }}'
    ) as {{ column }}_words
        on source.site_id = {{ column }}_words.words_of_site
        and {{ term_of('source.' ~ column) }} = {{ column }}_words.known_term
    {%- endfor %}
{%- endmacro %}

{#- Yes, no, or null: unknown is not no. -#}
{% macro yes_no_of(column) -%}
    case {{ code_of(column) }} when 'yes' then true when 'no' then false end
{%- endmacro %}
