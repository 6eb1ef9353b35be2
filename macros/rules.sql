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
        from {{ ref('int_study_parameters__united') }} as parameters
        where parameters.study_id = '{{ study }}'
            and parameters.parameter = '{{ parameter }}'
    )
{%- endmacro %}

{#- The rule set of an endpoint that the study's cohort shows: the study's parameter
    `<endpoint>_rule_set`, else `default`. Endpoint `bor` is the best response. -#}
{% macro endpoint_rule_set(study, endpoint) -%}
    coalesce({{ study_parameter(study, endpoint ~ '_rule_set', dbt.type_string()) }}, 'default')
{%- endmacro %}

{#- The follow-up of one endpoint for a study's cohort: one row per patient. -#}
{% macro followed_for(study, endpoint) -%}
    select
        patient_id,
        start_on,
        end_on,
        followup_days,
        is_event,
        exit_reason
    from {{ ref('time_to_event') }}
    where study_id = '{{ study }}'
        and endpoint_code = '{{ endpoint }}'
        and rule_set_id = {{ endpoint_rule_set(study, endpoint) }}
{%- endmacro %}
