-- One row per operation or course of radiotherapy that counts today.
-- Newest delivery of each site (macro `from_current`); key: the landed row.
with

procedures as (
    select
        staged.patient_id,
        staged.site_id,
        staged.record_id,
        staged.source_row_id,
        staged.procedure_code,
        staged.started_on,
        staged.started_on_precision,
        staged.ended_on,
        staged.ended_on_precision,
        staged.region_code,
        staged.technique,
        staged.dose_gy,
        staged.setting_code
    {{ from_current('procedures') }}
)

select * from procedures
