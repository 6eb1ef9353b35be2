-- One row per finding of a rule that follows a lesion from its first measurement on,
-- as of a delivery of the site. Measurable is judged at the first: later it may have
-- shrunk. The rules: seed `record_rules`; RECIST 1.1.
with

lesions as (
    select
        {{ row_columns() }},
        staged.lesion_no,
        staged.assessed_on,
        staged.assessed_on_precision,
        coalesce(staged.assessor_code, 'investigator') as assessor_code,
        staged.lesion_role_code,
        staged.organ_code,
        staged.organ_code {{ in_organs('is_node') }} as is_node,
        staged.longest_diameter_mm,
        coalesce(staged.short_axis_mm, staged.longest_diameter_mm) as short_axis_mm,
        staged.is_measurable,
        row_number() over same_lesion as exam_no,
        first_value(staged.organ_code) over same_lesion as first_organ_code,
        first_value(staged.assessed_on) over same_lesion as first_assessed_on
    {{ from_states('lesions') }}
    window same_lesion as (
        partition by
            deliveries.as_of_on, staged.patient_id, staged.lesion_no,
            coalesce(staged.assessor_code, 'investigator')
        order by staged.assessed_on nulls last, staged.source_row_id
    )
),

-- target lesions chosen on one day are measured together ever after
exams as (
    select distinct
        as_of_on, patient_id, assessor_code, first_assessed_on, assessed_on
    from lesions
    where lesion_role_code = 'target'
),

missed as (
    select
        targets.site_id,
        targets.as_of_on,
        targets.patient_id,
        targets.record_id,
        targets.source_row_id,
        targets.lesion_no,
        min(exams.assessed_on) as missed
    from lesions as targets
    inner join exams
        on targets.as_of_on = exams.as_of_on
        and targets.patient_id = exams.patient_id
        and targets.assessor_code = exams.assessor_code
        and targets.first_assessed_on = exams.first_assessed_on
    left join lesions as measured
        on exams.as_of_on = measured.as_of_on
        and exams.patient_id = measured.patient_id
        and exams.assessor_code = measured.assessor_code
        and targets.lesion_no = measured.lesion_no
        and measured.assessed_on between
        {{ days_after('exams.assessed_on', 'lesions.target_not_followed', '-') }}
        and {{ days_after('exams.assessed_on', 'lesions.target_not_followed') }}
    where targets.exam_no = 1
        and targets.lesion_role_code = 'target'
        and measured.source_row_id is null
    group by
        targets.site_id, targets.as_of_on, targets.patient_id, targets.record_id,
        targets.source_row_id, targets.lesion_no
),

days_without_new_lesion as (
    select
        staged.patient_id,
        deliveries.as_of_on,
        staged.assessed_on
    {{ from_states('assessments') }}
        and staged.patient_id in (
            select lesions.patient_id
            from lesions
            where lesions.lesion_role_code = 'new'
        )
    group by staged.patient_id, deliveries.as_of_on, staged.assessed_on
    having count(*) = count(case when not staged.has_new_lesion then 1 end)
),

findings as (
    {{ finding('lesions.measurable_too_small', 'is_measurable',
        related='longest_diameter_mm') }}
    from lesions
    where exam_no = 1 and is_measurable and not is_node
        and longest_diameter_mm < {{ limit_of('lesions.measurable_too_small') }}
    union all
    {{ finding('lesions.measurable_node_too_small', 'is_measurable',
        related='short_axis_mm') }}
    from lesions
    where exam_no = 1 and is_measurable and is_node
        and short_axis_mm < {{ limit_of('lesions.measurable_node_too_small') }}
    union all
    {{ finding('lesions.target_not_followed', 'lesion_no', related='assessed_on',
        related_value='missed') }}
    from missed
    union all
    {{ finding('lesions.organ_changed', 'organ', 'organ_code', related='organ',
        related_value='first_organ_code') }}
    from lesions
    where organ_code <> first_organ_code
    union all
    {{ finding('lesions.new_against_assessment', 'lesion_role', 'lesion_role_code',
        related='assessed_on') }}
    from lesions
    where exam_no = 1 and lesion_role_code = 'new'
        and exists (
            select 1
            from days_without_new_lesion as days
            where days.patient_id = lesions.patient_id
                and days.as_of_on = lesions.as_of_on
                and days.assessed_on = lesions.assessed_on
        )
)

select * from findings
