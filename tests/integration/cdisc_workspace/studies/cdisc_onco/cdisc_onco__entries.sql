-- One row per subject of the trial: follow-up begins at randomisation. Screen failures
-- are listed without a time zero: they have a best response (MISSING) and no follow-up.
with

entries as (
    select
        'cdisc_onco' as study_id,
        patient_id,
        site_id,
        -- part of result ids: letters, digits and _ only
        replace(lower(arm), ' ', '_') as arm,
        randomised_on as time_zero_on,
        cast(null as date) as first_drug_on
    from {{ ref('cdisc_onco__eligibility') }}
)

select * from entries
