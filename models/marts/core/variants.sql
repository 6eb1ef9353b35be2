-- One row per alteration found in a sample that counts today.
-- Newest delivery of each site (macro `from_current`); key: the landed row.
with

variants as (
    select
        staged.patient_id,
        staged.site_id,
        staged.record_id,
        staged.source_row_id,
        staged.sample_no,
        staged.gene,
        staged.alteration_code,
        staged.variant_type,
        staged.genome_change,
        staged.coding_change,
        staged.protein_change,
        staged.n_alt_reads,
        staged.n_ref_reads,
        staged.origin
    {{ from_current('variants') }}
)

select * from variants
