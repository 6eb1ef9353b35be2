-- One row per patient in the cohort: where metastases were found up to time zero.
-- Sites are the groups lung, liver, bone, brain and other (all other organs are one
-- group): seed `organs`. Brain metastases are counted by the largest number recorded.
with

entries as (
    select
        patient_id,
        time_zero_on
    from {{ ref('lx_vs_tbp__entries') }}
),

metastases as (
    select
        entries.patient_id,
        metastases.metastatic_site_group,
        metastases.is_cns,
        metastases.n_lesions
    from entries
    inner join {{ ref('metastases') }} as metastases
        on entries.patient_id = metastases.patient_id
        and metastases.detected_on <= entries.time_zero_on
),

counted as (
    select
        patient_id,
        count(distinct metastatic_site_group) as n_metastatic_sites,
        count(case when metastatic_site_group = 'lung' then 1 end) as n_lung,
        count(case when metastatic_site_group = 'liver' then 1 end) as n_liver,
        count(case when metastatic_site_group = 'bone' then 1 end) as n_bone,
        count(case when metastatic_site_group = 'brain' then 1 end) as n_brain,
        count(case when metastatic_site_group = 'other' then 1 end) as n_other,
        max(case when is_cns then n_lesions end) as n_brain_lesions
    from metastases
    group by patient_id
),

disease_extent as (
    select
        entries.patient_id,
        coalesce(counted.n_metastatic_sites, 0) as n_metastatic_sites,
        coalesce(
            counted.n_metastatic_sites
                >= {{ study_parameter('lx_vs_tbp', 'many_sites') }},
            false
        ) as has_3_or_more_metastatic_sites,
        coalesce(counted.n_lung > 0, false) as has_lung_metastases,
        coalesce(counted.n_liver > 0, false) as has_liver_metastases,
        coalesce(counted.n_bone > 0, false) as has_bone_metastases,
        coalesce(counted.n_brain > 0, false) as has_brain_metastases,
        coalesce(counted.n_other > 0, false) as has_other_metastases,
        coalesce(
            counted.n_brain_lesions
                >= {{ study_parameter('lx_vs_tbp', 'many_brain_lesions') }},
            false
        ) as has_3_or_more_brain_lesions
    from entries
    left join counted on entries.patient_id = counted.patient_id
)

select * from disease_extent
