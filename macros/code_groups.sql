{#- Groups of codes that rules speak of, each written once; a code's own facts (which
    organ is a node, which drug is of which class) stand in the seeds. A test holds the
    codes against seed `code_lists`. `column {{ in_group('objective_response') }}`. -#}
{% macro in_group(group) -%}
    {%- set groups = {
        'evaluable_response': ['CR', 'PR', 'SD', 'NON_CR_NON_PD', 'PD'],
        'response_without_progression': ['CR', 'PR', 'SD', 'NON_CR_NON_PD'],
        'objective_response': ['CR', 'PR'],
        'ends_follow_up': ['event', 'competing'],
        'clear_result': ['positive', 'negative'],
        'in_situ_method': ['fish', 'cish'],
        'low_ihc_score': ['0', '1+'],
        'hormone_receptor': ['er', 'pr'],
        'local_procedure': ['radiotherapy', 'surgery'],
        'first_stage': ['I', 'IA', 'IB'],
    } -%}
    in ('{{ groups[group] | join("', '") }}')
{%- endmacro %}

{#- Overall responses, the best first (RECIST 1.1, section 4.4); NE, which tells nothing,
    comes last. Read backwards, without NE, the worst part of a day comes first. -#}
{% macro response_rank(response_code) -%}
    case {{ response_code }}
                when 'CR' then 1
                when 'PR' then 2
                when 'SD' then 3
                when 'NON_CR_NON_PD' then 4
                when 'PD' then 5
                else 6
            end
{%- endmacro %}

{#- Stage without its letter; X and none are unknown. -#}
{% macro stage_group(stage_code) -%}
    case
            when {{ stage_code }} {{ in_group('first_stage') }} then 'I'
            when {{ stage_code }} in ('II', 'IIA', 'IIB') then 'II'
            when {{ stage_code }} in ('III', 'IIIA', 'IIIB', 'IIIC') then 'III'
            when {{ stage_code }} in ('0', 'IV') then {{ stage_code }}
            else 'unknown'
        end
{%- endmacro %}

{#- Drugs of these classes open a line of treatment; others open none (study.md, Rules). -#}
{% macro opens_line(drug_class) -%}
    {{ drug_class }} in ('chemotherapy', 'anti_her2')
{%- endmacro %}

{#- Organs that seed `organs` tells apart: `column {{ in_organs('is_cns') }}`. -#}
{% macro in_organs(condition) -%}
    in (select organ_code from {{ ref('organs') }} where {{ condition }})
{%- endmacro %}
