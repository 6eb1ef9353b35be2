-- One row per series (`int_lesion_series__begun`) and measurement of a lesion: before,
-- in or after the series' baseline. `is_new`: called new at some time, and not seen up
-- to the baseline's end. A view: `int_lesions__followed` alone reads it, once.
with

lesions as (
    select
        patient_id,
        as_of_on,
        assessor_code,
        lesion_no,
        assessed_on,
        assessed_on_precision,
        lesion_role_code,
        source_row_id,
        size_mm,
        finding
    from {{ ref('int_lesions__sized') }}
),

called_new as (
    select
        patient_id,
        as_of_on,
        assessor_code,
        lesion_no,
        min(assessed_on) as first_seen_on
    from lesions
    group by patient_id, as_of_on, assessor_code, lesion_no
    having count(case when lesion_role_code = 'new' then 1 end) > 0
),

placed as (
    select
        series.series_id,
        series.study_id,
        lesions.as_of_on,
        lesions.patient_id,
        lesions.assessor_code,
        lesions.lesion_no,
        lesions.assessed_on,
        lesions.assessed_on_precision,
        case
            when lesions.assessed_on > series.baseline_by_on then 'follow_up'
            when lesions.assessed_on >= series.baseline_from_on then 'baseline'
            else 'before'
        end as phase,
        lesions.lesion_role_code,
        coalesce(called_new.first_seen_on > series.baseline_by_on, false) as is_new,
        lesions.size_mm,
        lesions.finding,
        lesions.source_row_id
    from lesions
    inner join {{ ref('int_lesion_series__begun') }} as series
        on lesions.patient_id = series.patient_id
        and lesions.as_of_on = series.as_of_on
        and lesions.assessor_code = series.assessor_code
    left join called_new
        on lesions.patient_id = called_new.patient_id
        and lesions.as_of_on = called_new.as_of_on
        and lesions.assessor_code = called_new.assessor_code
        and lesions.lesion_no is not distinct from called_new.lesion_no
)

select * from placed
