-- One row per tissue with a result: HER2 and hormone receptor status of the primary
-- tumour (`sample_no` 'primary tumour') and of each sequenced sample.
-- HER2: in situ hybridisation decides where it is positive or negative, else
-- immunohistochemistry where that is, else unknown (study.md). Hormone receptors:
-- positive if the oestrogen or the progesterone receptor is, negative if both are
-- negative, else unknown. The site's own composites are landed and not used.
with

results as (
    select
        patient_id,
        sample_no,
        marker_code,
        method_code,
        result_code
    from {{ ref('biomarkers') }}
    where site_id in (
            select site_id
            from {{ source('landing', 'study_sites') }}
            where study_id = 'msk_2018'
        )
        and method_code in ('fish', 'ihc')
),

-- of two clear results of one kind (a tumour on either side) the positive one stands:
-- 'positive' is the later word
clear as (
    select
        patient_id,
        sample_no,
        max(case
            when marker_code = 'her2' and method_code = 'fish' then result_code
        end) as fish_result_code,
        max(case
            when marker_code = 'her2' and method_code = 'ihc' then result_code
        end) as ihc_result_code,
        max(case
            when marker_code {{ in_group('hormone_receptor') }} then result_code
        end) as best_hr_result_code,
        count(distinct case
            when marker_code {{ in_group('hormone_receptor') }} then marker_code
        end) as n_hr_markers
    from results
    where result_code {{ in_group('clear_result') }}
    group by patient_id, sample_no
),

receptors as (
    select
        patient_id,
        sample_no,
        fish_result_code,
        ihc_result_code,
        coalesce(fish_result_code, ihc_result_code, 'unknown') as her2_status,
        case
            when best_hr_result_code = 'positive' or n_hr_markers = 2
                then best_hr_result_code
            else 'unknown'
        end as hr_status
    from clear
)

select * from receptors
