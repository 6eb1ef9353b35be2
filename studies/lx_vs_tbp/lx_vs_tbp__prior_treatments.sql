-- One row per patient in the cohort: hormonal therapy, radiotherapy, trastuzumab and
-- brain surgery before time zero (study.md, Rules: Baseline). "Adjuvant" began before
-- metastatic disease, "metastatic" from then up to the day before time zero; brain
-- radiotherapy is included.
with

entries as (
    select
        entries.patient_id,
        entries.time_zero_on,
        metastatic.metastatic_on
    from {{ ref('lx_vs_tbp__entries') }} as entries
    inner join {{ ref('int_metastatic_disease__dated') }} as metastatic
        on entries.patient_id = metastatic.patient_id
),

courses as (
    select
        entries.patient_id,
        treatments.drug_class as course,
        treatments.drug_code as detail,
        treatments.started_on < entries.metastatic_on as is_adjuvant
    from entries
    inner join {{ ref('treatments') }} as treatments
        on entries.patient_id = treatments.patient_id
        and treatments.started_on < entries.time_zero_on
    where treatments.drug_class = 'endocrine'
        or treatments.drug_code = 'trastuzumab'

    union all

    select
        entries.patient_id,
        procedures.procedure_code as course,
        case when organs.is_cns then 'brain' end as detail,
        procedures.started_on < entries.metastatic_on as is_adjuvant
    from entries
    inner join {{ ref('procedures') }} as procedures
        on entries.patient_id = procedures.patient_id
        and procedures.started_on < entries.time_zero_on
    left join {{ ref('organs') }} as organs
        on procedures.region_code = organs.organ_code
    where procedures.procedure_code {{ in_group('local_procedure') }}
),

counted as (
    select
        patient_id,
        count(case when course = 'endocrine' and is_adjuvant then 1 end)
            as n_adjuvant_hormonal,
        count(case when course = 'endocrine' and not is_adjuvant then 1 end)
            as n_metastatic_hormonal,
        count(case when course = 'radiotherapy' and is_adjuvant then 1 end)
            as n_adjuvant_radiotherapy,
        count(case when course = 'radiotherapy' and not is_adjuvant then 1 end)
            as n_metastatic_radiotherapy,
        count(case when detail = 'trastuzumab' and is_adjuvant then 1 end)
            as n_adjuvant_trastuzumab,
        count(case when course = 'surgery' and detail = 'brain' then 1 end)
            as n_brain_surgery
    from courses
    group by patient_id
),

prior_treatments as (
    select
        entries.patient_id,
        coalesce(counted.n_adjuvant_hormonal > 0, false)
            as has_adjuvant_hormonal_therapy,
        coalesce(counted.n_metastatic_hormonal > 0, false)
            as has_metastatic_hormonal_therapy,
        coalesce(counted.n_adjuvant_radiotherapy > 0, false)
            as has_adjuvant_radiotherapy,
        coalesce(counted.n_metastatic_radiotherapy > 0, false)
            as has_metastatic_radiotherapy,
        coalesce(counted.n_adjuvant_trastuzumab > 0, false) as has_adjuvant_trastuzumab,
        coalesce(counted.n_brain_surgery > 0, false) as had_brain_surgery
    from entries
    left join counted on entries.patient_id = counted.patient_id
)

select * from prior_treatments
