{#- A threshold of a rule set, as data: seed `rule_sets`, or a study's own. -#}
{% macro rule(parameter, type='integer', rule_set='default') -%}
    (
        select max(cast(rules.value as {{ type }}))
        from {{ ref('int_rule_sets__united') }} as rules
        where rules.rule_set_id = '{{ rule_set }}'
            and rules.parameter = '{{ parameter }}'
    )
{%- endmacro %}

{#- A parameter of one study: its `study_parameters.csv`. -#}
{% macro study_parameter(study, parameter, type='integer') -%}
    (
        select max(cast(parameters.value as {{ type }}))
        from {{ source('landing', 'study_parameters') }} as parameters
        where parameters.study_id = '{{ study }}'
            and parameters.parameter = '{{ parameter }}'
    )
{%- endmacro %}
