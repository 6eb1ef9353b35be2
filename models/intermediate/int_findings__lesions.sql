-- One row per finding of a rule on one measurement of a lesion, as of a delivery of the
-- site. The rules: seed `record_rules`; RECIST 1.1.
with

lesions as (
    select
        {{ row_columns() }},
        staged.lesion_role_code,
        staged.organ_code,
        staged.longest_diameter_mm,
        staged.short_axis_mm,
        staged.is_measurable,
        staged.has_soft_tissue,
        staged.lesion_status_code
    {{ from_states('lesions') }}
),

findings as (
    {{ finding('lesions.short_axis_longer', 'short_axis_mm',
        related='longest_diameter_mm') }}
    from lesions
    where short_axis_mm > longest_diameter_mm
    union all
    {{ finding('lesions.diameter_implausible', 'longest_diameter_mm') }}
    from lesions
    where longest_diameter_mm < 0
        or longest_diameter_mm > {{ limit_of('lesions.diameter_implausible') }}
    union all
    {{ finding('lesions.bone_measurable', 'is_measurable', related='has_soft_tissue') }}
    from lesions
    where organ_code = 'bone' and is_measurable and not has_soft_tissue
    union all
    {{ finding('lesions.target_without_diameter', 'longest_diameter_mm') }}
    from lesions
    where lesion_role_code = 'target'
        and longest_diameter_mm is null
        and short_axis_mm is null
        and coalesce(lesion_status_code, 'present') = 'present'
    union all
    {{ finding('lesions.absent_with_diameter', 'lesion_status', 'lesion_status_code',
        related='longest_diameter_mm') }}
    from lesions
    where lesion_status_code = 'absent'
        and longest_diameter_mm > {{ limit_of('lesions.absent_with_diameter') }}
        and coalesce(organ_code, 'other') not in (
            select organs.organ_code
            from {{ ref('organs') }} as organs
            where organs.is_node
        )
)

select * from findings
