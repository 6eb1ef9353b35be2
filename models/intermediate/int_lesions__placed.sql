-- One row per series and measurement of a lesion. A series is what one assessor saw in
-- a patient from a baseline on. A study's series has its baseline in the
-- `baseline_lesion_days` up to the patient's time zero: response is to *this*
-- treatment, and lesions followed since an earlier line must not be held against the
-- start of that one. A series without a study judges what a site sent, as of each
-- delivery; its baseline is the visit that begins with the first lesion not called new.
-- `is_new`: called new at some time, and not seen up to the baseline's end.
with

lesions as (
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
        finding
    from {{ ref('int_lesions__sized') }}
),

series as (
    select
        cast(null as {{ dbt.type_string() }}) as study_id,
        patient_id,
        as_of_on,
        assessor_code,
        min(assessed_on) as baseline_from_on,
        cast(
            {{ dbt.dateadd('day', rule('lesion_visit_days'), 'min(assessed_on)') }}
            as date
        ) as baseline_by_on
    from lesions
    where lesion_role_code <> 'new'
    group by patient_id, as_of_on, assessor_code

    union all

    select distinct
        entries.study_id,
        lesions.patient_id,
        lesions.as_of_on,
        lesions.assessor_code,
        cast(
            {{ dbt.dateadd(
                'day', '-' ~ rule('baseline_lesion_days'), 'entries.time_zero_on'
            ) }} as date
        ) as baseline_from_on,
        entries.time_zero_on as baseline_by_on
    from lesions
    inner join {{ ref('int_study_entries__united') }} as entries
        on lesions.patient_id = entries.patient_id
    where lesions.is_newest
),

placed as (
    select
        {{ dbt.concat([
            "coalesce(series.study_id, '')", "'/'", 'lesions.patient_id', "'/'",
            'lesions.assessor_code', "'/'",
            'cast(lesions.as_of_on as ' ~ dbt.type_string() ~ ')',
        ]) }} as series_id,
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
        min(lesions.assessed_on) over same_lesion > series.baseline_by_on
        and max(case when lesions.lesion_role_code = 'new' then 1 else 0 end)
            over same_lesion = 1
            as is_new,
        lesions.size_mm,
        lesions.finding,
        lesions.source_row_id
    from lesions
    inner join series
        on lesions.patient_id = series.patient_id
        and lesions.as_of_on = series.as_of_on
        and lesions.assessor_code = series.assessor_code
    window same_lesion as (
        partition by
            series.study_id, lesions.as_of_on, lesions.patient_id,
            lesions.assessor_code, lesions.lesion_no
    )
)

select * from placed
