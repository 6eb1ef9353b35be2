-- One row per organ and date on which metastases were found, newest delivery of the
-- site. Groups and what counts as central nervous system: seed `organs`.
with

organs as (
    select
        organ_code,
        metastatic_site_group,
        is_cns
    from {{ ref('organs') }}
),

metastasis_rows as (
    select
        staged.patient_id,
        staged.site_id,
        staged.record_id,
        staged.source_row_id,
        staged.organ_code,
        staged.detected_on,
        staged.detected_on_precision,
        staged.n_lesions,
        staged.modality_code
    {{ from_current('metastases') }}
),

metastases as (
    select
        metastasis_rows.patient_id,
        metastasis_rows.site_id,
        metastasis_rows.record_id,
        metastasis_rows.source_row_id,
        metastasis_rows.organ_code,
        metastasis_rows.detected_on,
        metastasis_rows.detected_on_precision,
        metastasis_rows.n_lesions,
        metastasis_rows.modality_code,
        organs.metastatic_site_group,
        coalesce(organs.is_cns, false) as is_cns
    from metastasis_rows
    left join organs on metastasis_rows.organ_code = organs.organ_code
)

select * from metastases
