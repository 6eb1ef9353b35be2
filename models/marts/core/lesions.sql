-- One row per lesion and examination that counts today.
-- Newest delivery of each site (macro `from_current`); key: the landed row.
with

lesions as (
    select
        staged.patient_id,
        staged.site_id,
        staged.record_id,
        staged.source_row_id,
        staged.lesion_no,
        staged.assessed_on,
        staged.assessed_on_precision,
        staged.assessor_code,
        staged.lesion_role_code,
        staged.organ_code,
        staged.modality_code,
        staged.longest_diameter_mm,
        staged.short_axis_mm,
        staged.is_measurable,
        staged.has_soft_tissue,
        staged.lesion_status_code
    {{ from_current('lesions') }}
)

select * from lesions
