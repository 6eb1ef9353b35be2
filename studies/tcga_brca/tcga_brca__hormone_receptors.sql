-- One row per patient with a result: hormone receptor status of the primary tumour.
-- Positive if the oestrogen or the progesterone receptor is positive, negative if both
-- are negative, else unknown. Later tumour events are left out, as for HER2.
with

results as (
    select
        patient_id,
        marker_code,
        result_code
    from {{ ref('biomarkers') }}
    where marker_code {{ in_group('hormone_receptor') }}
        and sample_no = 'primary tumour'
),

counted as (
    select
        patient_id,
        sum(case when result_code = 'positive' then 1 else 0 end) as n_positive,
        count(distinct case when result_code = 'negative' then marker_code end)
            as n_negative_markers
    from results
    group by patient_id
),

hormone_receptors as (
    select
        patient_id,
        case
            when n_positive > 0 then 'positive'
            when n_negative_markers = 2 then 'negative'
            else 'unknown'
        end as hr_status
    from counted
)

select * from hormone_receptors
