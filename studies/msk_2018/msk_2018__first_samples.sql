-- One row per patient with a dated sample: collection of the first tissue that was
-- sequenced. It lies after time zero and is no covariate: patients had to live until
-- it, so it says from when on a patient is under observation (delayed entry).
with

first_samples as (
    select
        samples.patient_id,
        min(samples.collected_on) as collected_on
    from {{ ref('samples') }} as samples
    inner join {{ source('landing', 'study_sites') }} as study_sites
        on samples.site_id = study_sites.site_id
        and study_sites.study_id = 'msk_2018'
    where samples.collected_on is not null
    group by samples.patient_id
)

select * from first_samples
