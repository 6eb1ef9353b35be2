-- One row per sample that counts today.
-- Newest delivery of each site (macro `from_current`); key: the landed row.
with

samples as (
    select
        staged.patient_id,
        staged.site_id,
        staged.record_id,
        staged.source_row_id,
        staged.sample_no,
        staged.collected_on,
        staged.collected_on_precision,
        staged.sequenced_on,
        staged.sequenced_on_precision,
        staged.sample_kind_code,
        staged.organ_code,
        staged.histology,
        staged.panel,
        staged.tumour_purity_fraction,
        staged.mutations_per_mb,
        staged.genome_altered_fraction
    {{ from_current('samples') }}
)

select * from samples
