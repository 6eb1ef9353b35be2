-- One row per dated diagnosis that counts today: primary tumour, recurrence, metastatic
-- disease.
-- Newest delivery of each site (macro `from_current`); key: the landed row.
with

diagnoses as (
    select
        staged.patient_id,
        staged.site_id,
        staged.record_id,
        staged.source_row_id,
        staged.diagnosis_code,
        staged.diagnosed_on,
        staged.diagnosed_on_precision,
        staged.evidence,
        staged.icd10,
        staged.histology,
        staged.laterality,
        staged.stage_code,
        staged.t_category,
        staged.n_category,
        staged.m_category,
        staged.grade
    {{ from_current('diagnoses') }}
)

select * from diagnoses
