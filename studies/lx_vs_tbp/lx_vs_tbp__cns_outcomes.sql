-- One row per patient in the cohort: CNS-evaluable or not, and CNS progression (Tables
-- 3, 4). Evaluable: a CT or MRI of the brain from time zero to the PFS date, both
-- included. Progression of the brain dated at the PFS date is `new` without, `of
-- baseline` with CNS metastases at baseline; later follow-up does not count.
with

followed as (
    {{ followed_for('lx_vs_tbp', 'pfs') }}
),

brain_scans as (
    select
        followed.patient_id,
        count(*) as n_brain_scans
    from followed
    inner join {{ ref('tumour_assessments') }} as assessments
        on followed.patient_id = assessments.patient_id
        and assessments.assessed_on >= followed.start_on
        and assessments.assessed_on <= followed.end_on
    where assessments.is_brain_scan
    group by followed.patient_id
),

cns_progressions as (
    select
        followed.patient_id,
        count(*) as n_cns_progressions
    from followed
    inner join {{ ref('progressions') }} as progressions
        on followed.patient_id = progressions.patient_id
        and progressions.progressed_on > followed.start_on
        and progressions.progressed_on = followed.end_on
    where progressions.progression_kind = 'cns_progression'
    group by followed.patient_id
),

cns_outcomes as (
    select
        followed.patient_id,
        brain_scans.patient_id is not null as is_cns_evaluable,
        cns_progressions.patient_id is not null and not extent.has_brain_metastases
            as has_new_cns_metastases,
        cns_progressions.patient_id is not null and extent.has_brain_metastases
            as has_cns_progression_of_baseline,
        cns_progressions.patient_id is not null as has_cns_progression
    from followed
    inner join {{ ref('lx_vs_tbp__disease_extent') }} as extent
        on followed.patient_id = extent.patient_id
    left join brain_scans on followed.patient_id = brain_scans.patient_id
    left join cns_progressions on followed.patient_id = cns_progressions.patient_id
)

select * from cns_outcomes
