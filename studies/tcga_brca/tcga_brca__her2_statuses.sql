-- One row per patient of the study's sites: HER2 status of the primary tumour.
-- In situ hybridisation decides where it is positive or negative, else the status by
-- immunohistochemistry where that is positive or negative, else unknown (study.md).
-- Results from the tissue of later tumour events are not used: they are later than time
-- zero. They are told apart by `sample_no`, which sites/tcga/site.yml sets.
with

study_sites as (
    select site_id
    from {{ source('landing', 'study_sites') }}
    where study_id = 'tcga_brca'
),

patients as (
    select
        patients.patient_id,
        patients.site_id
    from {{ ref('patients') }} as patients
    inner join study_sites on patients.site_id = study_sites.site_id
),

results as (
    select
        patient_id,
        max(case when method_code = 'fish' then result_code end) as fish_result_code,
        max(case when method_code = 'ihc' then result_code end) as ihc_result_code
    from {{ ref('biomarkers') }}
    where marker_code = 'her2'
        and sample_no = 'primary tumour'
        -- of two clear results of one method the positive one stands
        and result_code {{ in_group('clear_result') }}
    group by patient_id
),

her2_statuses as (
    select
        patients.patient_id,
        patients.site_id,
        results.fish_result_code,
        results.ihc_result_code,
        coalesce(results.fish_result_code, results.ihc_result_code, 'unknown')
            as her2_status
    from patients
    left join results on patients.patient_id = results.patient_id
)

select * from her2_statuses
