-- One row per patient in the cohort: chemotherapy given with trastuzumab in the index
-- line (Table 2; several each; docetaxel, paclitaxel and nab-paclitaxel are one group,
-- seed `drugs`). Patients on LX have none: capecitabine defines their arm.
with

drugs as (
    select
        entries.patient_id,
        drugs.drug_group
    from {{ ref('lx_vs_tbp__entries') }} as entries
    inner join {{ ref('lx_vs_tbp__index_lines') }} as index_lines
        on entries.patient_id = index_lines.patient_id
    inner join {{ ref('treatment_line_drugs') }} as drugs
        on index_lines.patient_id = drugs.patient_id
        and index_lines.line_no = drugs.line_no
    where entries.arm = 'TBP'
        and drugs.drug_class = 'chemotherapy'
),

chemotherapy_partners as (
    select
        entries.patient_id,
        count(case when drugs.drug_group = 'taxane' then 1 end) > 0 as has_taxane,
        count(case when drugs.drug_group = 'vinorelbine' then 1 end) > 0
            as has_vinorelbine,
        count(case when drugs.drug_group = 'gemcitabine' then 1 end) > 0
            as has_gemcitabine,
        count(case when drugs.drug_group = 'cisplatin' then 1 end) > 0 as has_cisplatin,
        count(case when drugs.drug_group = 'pemetrexed' then 1 end) > 0
            as has_pemetrexed,
        count(case when drugs.drug_group = 'carboplatin' then 1 end) > 0
            as has_carboplatin,
        count(case when drugs.drug_group = 'capecitabine' then 1 end) > 0
            as has_capecitabine
    from {{ ref('lx_vs_tbp__entries') }} as entries
    left join drugs on entries.patient_id = drugs.patient_id
    group by entries.patient_id
)

select * from chemotherapy_partners
