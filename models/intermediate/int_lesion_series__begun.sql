-- One row per series: what one assessor saw in a patient from a baseline on. A study's
-- series has its baseline in the `baseline_lesion_days` up to the patient's time zero:
-- response is to *this* treatment, and lesions followed since an earlier line must not
-- be held against the start of that one. A series without a study judges what a site
-- sent, as of each delivery; its baseline is the visit that begins with the first
-- lesion not called new.
with

lesions as (
    select
        patient_id,
        as_of_on,
        assessor_code,
        is_newest,
        min(case when lesion_role_code <> 'new' then assessed_on end) as first_seen_on
    from {{ ref('int_lesions__sized') }}
    group by patient_id, as_of_on, assessor_code, is_newest
),

series as (
    select
        cast(null as {{ dbt.type_string() }}) as study_id,
        patient_id,
        as_of_on,
        assessor_code,
        first_seen_on as baseline_from_on,
        cast(
            {{ dbt.dateadd('day', rule('lesion_visit_days'), 'first_seen_on') }}
            as date
        ) as baseline_by_on
    from lesions
    where first_seen_on is not null

    union all

    select
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

begun as (
    select
        -- a number: what follows joins and sorts by it
        row_number() over (
            order by
                patient_id, as_of_on, assessor_code nulls last, study_id nulls last
        ) as series_id,
        study_id,
        patient_id,
        as_of_on,
        assessor_code,
        baseline_from_on,
        baseline_by_on
    from series
)

select * from begun
