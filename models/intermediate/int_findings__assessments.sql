-- One row per finding of a rule on examinations of the tumour, as of a delivery of the
-- site. The rules: seed `record_rules`; RECIST 1.1.
with

assessments as (
    select
        {{ row_columns() }},
        staged.assessed_on,
        staged.assessed_on_precision,
        staged.modality_code,
        staged.region_code,
        staged.response_code,
        staged.target_response_code,
        staged.nontarget_response_code,
        staged.has_new_lesion,
        coalesce(staged.target_response_code, 'none') = 'PD'
        or coalesce(staged.nontarget_response_code, 'none') = 'PD' as has_part_in_pd
    {{ from_states('assessments') }}
),

findings as (
    {{ finding('assessments.undated', 'assessed_on', related='response',
        related_value='response_code') }}
    from assessments
    where assessed_on is null and response_code is not null
    union all
    {{ finding('assessments.response_without_modality', 'modality', 'modality_code',
        related='response', related_value='response_code') }}
    from assessments
    where modality_code is null and response_code is not null
    union all
    {{ finding('assessments.recist_by_examination', 'response', 'response_code',
        related='modality', related_value='modality_code') }}
    from assessments
    where modality_code = 'clinical_examination'
        and response_code {{ in_group('evaluable_response') }}
        and coalesce(region_code, 'none') not in (
            'skin', 'breast', 'chest_wall', 'lymph_node', 'axilla', 'supraclavicular',
            'neck', 'soft_tissue'
        )
    union all
    {{ finding('assessments.new_lesion_without_progression', 'response',
        'response_code', related='has_new_lesion') }}
    from assessments
    where has_new_lesion
        and response_code {{ in_group('response_without_progression') }}
    union all
    {{ finding('assessments.progression_unfounded', 'response', 'response_code',
        related='target_response', related_value='target_response_code') }}
    from assessments
    where response_code = 'PD'
        and not has_new_lesion
        and target_response_code is not null
        and nontarget_response_code is not null
        and not has_part_in_pd
    union all
    {{ finding('assessments.response_against_parts', 'response', 'response_code',
        related='target_response', related_value='target_response_code') }}
    from assessments
    where (
        has_part_in_pd
        and response_code {{ in_group('response_without_progression') }}
    )
    or (response_code = 'CR' and target_response_code in ('PR', 'SD'))
    or (
        response_code {{ in_group('objective_response') }}
        and target_response_code = 'SD'
    )
    or (response_code = 'CR' and nontarget_response_code = 'NON_CR_NON_PD')
    union all
    {{ finding('assessments.after_death', 'assessed_on',
        related='milestones.occurred_on', related_value='died_text') }}
    from assessments
    where {{ earliest('assessed_on') }} > died_by_on
)

select * from findings
