-- One row per screened patient: the facts that the criteria of the cohort flow ask for.
-- Facts are taken up to time zero; where there is no index treatment, and so no time
-- zero, from all dates (study README, criterion 1). `lx_vs_tbp__eligibility` judges
-- them.
with

screened as (
    select
        patients.patient_id,
        patients.site_id,
        patients.sex_code,
        index_lines.arm,
        index_lines.line_no,
        index_lines.anchor_on,
        index_lines.time_zero_on
    from {{ ref('patients') }} as patients
    inner join {{ source('landing', 'study_sites') }} as sites
        on patients.site_id = sites.site_id
        and sites.study_id = 'lx_vs_tbp'
    left join {{ ref('lx_vs_tbp__index_lines') }} as index_lines
        on patients.patient_id = index_lines.patient_id
),

her2_positive as (
    select distinct screened.patient_id
    from screened
    inner join {{ ref('biomarkers') }} as biomarkers
        on screened.patient_id = biomarkers.patient_id
        and biomarkers.marker_code = 'her2'
    where (
        screened.time_zero_on is null
        or biomarkers.tested_on <= screened.time_zero_on
    )
    and (
        biomarkers.score_code = '3+'
        or (biomarkers.method_code = 'fish' and biomarkers.result_code = 'positive')
    )
),

other_anti_her2 as (
    select distinct screened.patient_id
    from screened
    inner join {{ ref('treatments') }} as treatments
        on screened.patient_id = treatments.patient_id
        and treatments.started_on < screened.anchor_on
    where treatments.drug_class = 'anti_her2'
        and treatments.drug_code <> 'trastuzumab'
),

cns_metastases as (
    select distinct screened.patient_id
    from screened
    inner join {{ ref('metastases') }} as metastases
        on screened.patient_id = metastases.patient_id
        and metastases.detected_on <= screened.time_zero_on
    where metastases.is_cns
),

cns_treated as (
    select distinct screened.patient_id
    from screened
    inner join {{ ref('procedures') }} as procedures
        on screened.patient_id = procedures.patient_id
        and procedures.started_on < screened.time_zero_on
    inner join {{ ref('organs') }} as organs
        on procedures.region_code = organs.organ_code
    where organs.is_cns
        and procedures.procedure_code {{ in_group('local_procedure') }}
),

measurable as (
    select distinct patient_id
    from {{ ref('lx_vs_tbp__baseline_lesions') }}
    where is_measurable
),

findings as (
    select
        screened.patient_id,
        screened.site_id,
        screened.sex_code,
        screened.arm,
        screened.line_no,
        screened.time_zero_on,
        her2_positive.patient_id is not null as is_her2_positive,
        metastatic.metastatic_on,
        resistances.resistance_code,
        other_anti_her2.patient_id is not null as had_other_anti_her2,
        cns_metastases.patient_id is not null as has_cns_metastases,
        cns_treated.patient_id is not null as is_cns_treated,
        measurable.patient_id is not null as has_measurable_disease
    from screened
    left join her2_positive on screened.patient_id = her2_positive.patient_id
    left join {{ ref('int_metastatic_disease__dated') }} as metastatic
        on screened.patient_id = metastatic.patient_id
    left join {{ ref('trastuzumab_resistances') }} as resistances
        on screened.patient_id = resistances.patient_id
    left join other_anti_her2 on screened.patient_id = other_anti_her2.patient_id
    left join cns_metastases on screened.patient_id = cns_metastases.patient_id
    left join cns_treated on screened.patient_id = cns_treated.patient_id
    left join measurable on screened.patient_id = measurable.patient_id
)

select * from findings
