-- One row per series, day of examination after its baseline, and lesion of the series:
-- those of the baseline, target or not, and those that came up since. A lesion not seen
-- on the day is taken from the `lesion_visit_days` before it: CT and MRI of one visit
-- seldom fall on one day, and RECIST 1.1 judges all lesions together. Of several
-- measurements one that was made goes before one that was not, then the later, then
-- what is worse. The role at baseline counts; a target chosen later is none. A day on
-- which no such lesion was seen keeps one row without a lesion.
with

examinations as (
    select
        series_id,
        study_id,
        as_of_on,
        patient_id,
        assessor_code,
        phase,
        case when phase = 'follow_up' then assessed_on end as assessed_on,
        max(assessed_on_precision) as assessed_on_precision,
        min(source_row_id) as first_row_id
    from {{ ref('int_lesions__placed') }}
    where phase <> 'before'
    group by
        series_id, study_id, as_of_on, patient_id, assessor_code, phase,
        case when phase = 'follow_up' then assessed_on end
),

seen as (
    select
        placed.series_id,
        examinations.phase,
        examinations.assessed_on,
        placed.lesion_no,
        placed.assessed_on as measured_on,
        placed.lesion_role_code,
        placed.size_mm,
        placed.finding,
        placed.source_row_id,
        row_number() over (
            partition by
                placed.series_id, placed.lesion_no, examinations.phase,
                examinations.assessed_on
            order by
                case
                    when placed.size_mm is not null then 1
                    when placed.finding <> 'not_evaluable' then 2
                    else 3
                end asc,
                placed.assessed_on desc,
                case when placed.finding = 'progressed' then 1 else 2 end asc,
                placed.size_mm desc,
                placed.source_row_id asc
        ) as seen_no
    from examinations
    inner join {{ ref('int_lesions__placed') }} as placed
        on examinations.series_id = placed.series_id
        and examinations.phase = placed.phase
        and (
            placed.phase = 'baseline'
            or {{ dbt.datediff(
                'placed.assessed_on', 'examinations.assessed_on', 'day'
            ) }}
            between 0 and {{ rule('lesion_visit_days') }} - 1
        )
),

lesions as (
    select
        series_id,
        lesion_no,
        case lesion_role_code when 'target' then 'target' else 'nontarget' end
            as lesion_part,
        size_mm as baseline_size_mm
    from seen
    where phase = 'baseline' and seen_no = 1 and lesion_role_code <> 'none'

    union all

    select distinct
        series_id,
        lesion_no,
        'new' as lesion_part,
        cast(null as decimal(12, 4)) as baseline_size_mm
    from {{ ref('int_lesions__placed') }}
    where is_new
),

followed as (
    select
        examinations.series_id,
        examinations.study_id,
        examinations.as_of_on,
        examinations.patient_id,
        examinations.assessor_code,
        examinations.assessed_on,
        examinations.assessed_on_precision,
        lesions.lesion_no,
        lesions.lesion_part,
        lesions.baseline_size_mm,
        seen.size_mm,
        seen.finding,
        coalesce(seen.finding in ('there', 'progressed'), false) as is_there,
        seen.measured_on,
        coalesce(seen.source_row_id, examinations.first_row_id) as source_row_id
    from examinations
    left join lesions on examinations.series_id = lesions.series_id
    left join seen
        on lesions.series_id = seen.series_id
        and lesions.lesion_no = seen.lesion_no
        and examinations.assessed_on = seen.assessed_on
        and seen.seen_no = 1
    where examinations.phase = 'follow_up'
)

select * from followed
