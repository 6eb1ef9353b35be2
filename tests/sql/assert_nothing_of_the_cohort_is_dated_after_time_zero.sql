-- One row per patient of the cohort whose arm, resistance or line rests on something dated
-- after time zero; there is none. (Baseline models filter on time zero themselves and
-- their unit tests hold the boundary.)
with

cohort as (
    select
        patient_id,
        time_zero_on,
        first_drug_on,
        resistance_on
    from {{ ref('lx_vs_tbp__cohort') }}
),

late as (
    select
        patient_id,
        time_zero_on,
        first_drug_on,
        resistance_on
    from cohort
    where resistance_on > time_zero_on
        or first_drug_on > time_zero_on
        or resistance_on is null
)

select * from late
