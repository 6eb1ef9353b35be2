-- One row per patient in the cohort: follow-up begins on the day of the diagnosis, the
-- arm is the HER2 status. United with the entries of other studies by
-- `int_study_entries__united`, from which the endpoint marts start.
with

eligibility as (
    select
        patient_id,
        site_id,
        her2_status,
        diagnosed_on
    from {{ ref('tcga_brca__eligibility') }}
    where is_eligible
),

entries as (
    select
        'tcga_brca' as study_id,
        patient_id,
        site_id,
        her2_status as arm,
        diagnosed_on as time_zero_on,
        -- no treatment defines this cohort
        cast(null as date) as first_drug_on
    from eligibility
)

select * from entries
