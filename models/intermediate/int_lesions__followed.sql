-- One row per series, day of examination after its baseline, and lesion of the series:
-- those of the baseline, target or not, and those that came up since. A lesion not seen
-- on the day is taken from the `lesion_visit_days` before it: CT and MRI of one visit
-- seldom fall on one day, and RECIST 1.1 judges all lesions together. Of several
-- measurements one that was made goes before one that was not, then the later, then
-- what is worse. The role at baseline counts; a target chosen later is none. A day on
-- which no such lesion was seen keeps one row without a lesion.
with

placed as (
    select
        series_id,
        lesion_no,
        assessed_on,
        assessed_on_precision,
        phase,
        lesion_role_code,
        is_new,
        size_mm,
        finding,
        case
            when size_mm is not null then 1
            when finding <> 'not_evaluable' then 2
            else 3
        end as preference,
        source_row_id
    from {{ ref('int_lesions__placed') }}
    where phase <> 'before'
),

examinations as (
    select
        series_id,
        assessed_on,
        cast(
            {{ dbt.dateadd('day', '-' ~ rule('lesion_visit_days'), 'assessed_on') }}
            as date
        ) as seen_after_on,
        max(assessed_on_precision) as assessed_on_precision,
        min(source_row_id) as first_row_id
    from placed
    where phase = 'follow_up'
    group by series_id, assessed_on
),

-- those of the baseline, and those new since
lesions as (
    select
        series_id,
        lesion_no,
        case
            when is_new then 'new'
            when lesion_role_code = 'target' then 'target'
            when lesion_role_code <> 'none' then 'nontarget'
        end as lesion_part,
        case when not is_new then size_mm end as baseline_size_mm,
        row_number() over (
            partition by series_id, lesion_no
            order by
                preference asc, assessed_on desc,
                case when finding = 'progressed' then 1 else 2 end asc,
                size_mm desc, source_row_id asc
        ) as seen_no
    from placed
    where phase = 'baseline' or is_new
),

seen as (
    select
        examinations.series_id,
        examinations.assessed_on,
        examinations.assessed_on_precision,
        lesions.lesion_no,
        lesions.lesion_part,
        lesions.baseline_size_mm,
        placed.size_mm,
        placed.finding,
        coalesce(placed.finding in ('there', 'progressed'), false) as is_there,
        placed.assessed_on as measured_on,
        coalesce(placed.source_row_id, examinations.first_row_id) as source_row_id,
        row_number() over (
            partition by
                examinations.series_id, examinations.assessed_on, lesions.lesion_no
            order by
                placed.preference asc, placed.assessed_on desc,
                case when placed.finding = 'progressed' then 1 else 2 end asc,
                placed.size_mm desc, placed.source_row_id asc
        ) as seen_no
    from examinations
    left join lesions
        on examinations.series_id = lesions.series_id
        and lesions.seen_no = 1
        and lesions.lesion_part is not null
    left join placed
        on lesions.series_id = placed.series_id
        and lesions.lesion_no = placed.lesion_no
        and placed.phase = 'follow_up'
        and examinations.seen_after_on < placed.assessed_on
        and examinations.assessed_on >= placed.assessed_on
),

followed as (
    select
        series_id,
        assessed_on,
        assessed_on_precision,
        lesion_no,
        lesion_part,
        baseline_size_mm,
        size_mm,
        finding,
        is_there,
        measured_on,
        source_row_id
    from seen
    where seen_no = 1
)

select * from followed
