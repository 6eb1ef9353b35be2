-- One row per patient in the cohort: where follow-up begins. United with the entries of
-- other studies by `int_study_entries__united`, from which the endpoint marts start.
with

entries as (
    select
        'lx_vs_tbp' as study_id,
        eligibility.patient_id,
        eligibility.site_id,
        index_lines.arm,
        index_lines.time_zero_on,
        index_lines.anchor_on as first_drug_on
    from {{ ref('lx_vs_tbp__eligibility') }} as eligibility
    inner join {{ ref('lx_vs_tbp__index_lines') }} as index_lines
        on eligibility.patient_id = index_lines.patient_id
    where eligibility.is_eligible
)

select * from entries
