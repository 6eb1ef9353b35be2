-- One row per patient in the cohort: arm, baseline and outcomes, ready for analysis.
-- Columns come from the models of the same folder, which hold the rules. Columns about
-- the time after time zero (evaluable sets, responses, endpoints) are never covariates.
with

entries as (
    select
        patient_id,
        site_id,
        arm,
        time_zero_on,
        first_drug_on
    from {{ ref('lx_vs_tbp__entries') }}
),

cohort as (
    select
        entries.patient_id,
        entries.site_id,
        entries.arm,
        entries.time_zero_on,
        entries.first_drug_on,
        index_lines.line_no,
        resistances.resistance_code as resistance,
        resistances.resistance_on,
        resistances.resistance_setting,
        resistances.is_on_trastuzumab as was_on_trastuzumab_at_resistance,
        demographics.age_years,
        demographics.age_group,
        demographics.menopausal_status,
        demographics.hr_status,
        demographics.is_stage_i_at_diagnosis,
        disease_extent.n_metastatic_sites,
        disease_extent.has_3_or_more_metastatic_sites,
        disease_extent.has_lung_metastases,
        disease_extent.has_liver_metastases,
        disease_extent.has_bone_metastases,
        disease_extent.has_brain_metastases,
        disease_extent.has_other_metastases,
        disease_extent.has_3_or_more_brain_lesions,
        prior_treatments.has_adjuvant_hormonal_therapy,
        prior_treatments.has_metastatic_hormonal_therapy,
        prior_treatments.has_adjuvant_radiotherapy,
        prior_treatments.has_metastatic_radiotherapy,
        prior_treatments.has_adjuvant_trastuzumab,
        prior_treatments.had_brain_surgery,
        resistances.resistance_setting = 'adjuvant' as is_adjuvant_trastuzumab_failure,
        partners.has_taxane,
        partners.has_vinorelbine,
        partners.has_gemcitabine,
        partners.has_cisplatin,
        partners.has_pemetrexed,
        partners.has_carboplatin,
        partners.has_capecitabine,
        cns.is_cns_evaluable,
        cns.has_new_cns_metastases,
        cns.has_cns_progression_of_baseline,
        cns.has_cns_progression,
        safety.is_safety_evaluable,
        outcomes.best_response_code,
        outcomes.is_response_evaluable,
        outcomes.has_objective_response,
        outcomes.has_clinical_benefit,
        outcomes.may_have_clinical_benefit,
        outcomes.pfs_days,
        outcomes.is_pfs_event,
        outcomes.pfs_exit_reason,
        outcomes.os_days,
        outcomes.is_os_event,
        outcomes.cns_days,
        outcomes.is_cns_event,
        outcomes.cns_exit_role
    from entries
    inner join {{ ref('lx_vs_tbp__index_lines') }} as index_lines
        on entries.patient_id = index_lines.patient_id
    inner join {{ ref('trastuzumab_resistances') }} as resistances
        on entries.patient_id = resistances.patient_id
    inner join {{ ref('lx_vs_tbp__demographics') }} as demographics
        on entries.patient_id = demographics.patient_id
    inner join {{ ref('lx_vs_tbp__disease_extent') }} as disease_extent
        on entries.patient_id = disease_extent.patient_id
    inner join {{ ref('lx_vs_tbp__prior_treatments') }} as prior_treatments
        on entries.patient_id = prior_treatments.patient_id
    inner join {{ ref('lx_vs_tbp__chemotherapy_partners') }} as partners
        on entries.patient_id = partners.patient_id
    inner join {{ ref('lx_vs_tbp__cns_outcomes') }} as cns
        on entries.patient_id = cns.patient_id
    inner join {{ ref('lx_vs_tbp__safety_windows') }} as safety
        on entries.patient_id = safety.patient_id
    inner join {{ ref('lx_vs_tbp__outcomes') }} as outcomes
        on entries.patient_id = outcomes.patient_id
)

select * from cohort
