-- One row per biomarker result that counts today.
-- Newest delivery of each site (macro `from_current`); key: the landed row.
with

biomarkers as (
    select
        staged.patient_id,
        staged.site_id,
        staged.record_id,
        staged.source_row_id,
        staged.marker_code,
        staged.method_code,
        staged.tested_on,
        staged.tested_on_precision,
        staged.result_code,
        staged.score_code,
        staged.value,
        staged.unit,
        staged.sample_no,
        staged.organ_code
    {{ from_current('biomarkers') }}
)

select * from biomarkers
