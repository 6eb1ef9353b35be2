-- One row per measurement of a lesion and state of the site: its size, and whether it
-- is there (RECIST 1.1, Eisenhauer 2009). A node counts by its short axis alone, of
-- which the longest diameter says nothing, and is normal below 10 mm (sections 3.1,
-- 4.2); a lesion too small to measure counts 5 mm, one that is gone 0 (4.3.2); a
-- diameter that nobody can have is no measurement. Decimal, not floating: a sum of 66.6
-- is exactly 20 % more than one of 55.5.
with

lesions as (
    select
        {{ row_columns() }},
        deliveries.is_newest,
        coalesce(staged.assessor_code, 'investigator') as assessor_code,
        staged.lesion_no,
        staged.assessed_on,
        staged.assessed_on_precision,
        coalesce(staged.lesion_role_code, 'none') as lesion_role_code,
        coalesce(staged.lesion_status_code, 'none') as lesion_status_code,
        staged.organ_code,
        staged.longest_diameter_mm,
        staged.short_axis_mm
    {{ from_states('lesions') }}
        and staged.assessed_on_precision in ('day', 'month')
),

measured as (
    select
        lesions.patient_id,
        lesions.as_of_on,
        lesions.is_newest,
        lesions.assessor_code,
        lesions.lesion_no,
        lesions.assessed_on,
        lesions.assessed_on_precision,
        lesions.lesion_role_code,
        lesions.lesion_status_code,
        lesions.source_row_id,
        coalesce(organs.is_node, false) as is_node,
        cast(
            case
                when organs.is_node then lesions.short_axis_mm
                else lesions.longest_diameter_mm
            end as decimal(12, 4)
        ) as diameter_mm
    from lesions
    left join {{ ref('organs') }} as organs on lesions.organ_code = organs.organ_code
),

filled as (
    select
        patient_id,
        as_of_on,
        is_newest,
        assessor_code,
        lesion_no,
        assessed_on,
        assessed_on_precision,
        lesion_role_code,
        lesion_status_code,
        source_row_id,
        is_node,
        case
            when lesion_status_code = 'not_evaluable' then null
            when diameter_mm
                between 0 and {{ limit_of('lesions.diameter_implausible') }}
                then diameter_mm
            when diameter_mm is not null then null
            when lesion_status_code = 'too_small'
                then cast({{ rule('too_small_mm') }} as decimal(12, 4))
            when lesion_status_code = 'absent' then cast(0 as decimal(12, 4))
        end as size_mm
    from measured
),

sized as (
    select
        patient_id,
        as_of_on,
        is_newest,
        assessor_code,
        lesion_no,
        assessed_on,
        assessed_on_precision,
        lesion_role_code,
        source_row_id,
        size_mm,
        case
            when lesion_status_code in ('not_evaluable', 'progressed')
                then lesion_status_code
            when size_mm = 0 or (is_node and size_mm < {{ rule('normal_node_mm') }})
                then 'gone'
            when size_mm > 0
                or lesion_status_code in ('present', 'too_small')
                or lesion_role_code = 'new'
                then 'there'
            else 'not_evaluable'
        end as finding
    from filled
)

select * from sized
