-- One row per sequenced sample: HER2 and hormone receptor status of this very tissue,
-- where it was taken, and how much is altered in it. Mutations per megabase are as in
-- the file: mutations / 30, the convention for exomes, on a panel of about 1 Mb; so
-- about thirty times too low, and of use for comparing only.
with

samples as (
    select
        samples.record_id as sample_id,
        samples.patient_id,
        samples.site_id,
        samples.sample_no,
        samples.sample_kind_code,
        samples.organ_code,
        samples.panel,
        samples.mutations_per_mb
    from {{ ref('samples') }} as samples
    inner join {{ source('landing', 'study_sites') }} as study_sites
        on samples.site_id = study_sites.site_id
        and study_sites.study_id = 'msk_2018'
),

altered_genes as (
    select
        sample_id,
        count(distinct gene) as n_altered_genes
    from {{ ref('msk_2018__altered_genes') }}
    group by sample_id
),

msk_2018_samples as (
    select
        samples.sample_id,
        samples.patient_id,
        samples.site_id,
        coalesce(receptors.her2_status, 'unknown') as her2_status,
        coalesce(receptors.hr_status, 'unknown') as hr_status,
        samples.sample_kind_code as sample_kind,
        samples.organ_code as organ,
        case when samples.organ_code = 'brain' then 'brain' else 'extracranial' end
            as organ_group,
        samples.panel,
        samples.mutations_per_mb,
        coalesce(altered_genes.n_altered_genes, 0) as n_altered_genes
    from samples
    left join {{ ref('msk_2018__receptors') }} as receptors
        on samples.patient_id = receptors.patient_id
        and samples.sample_no = receptors.sample_no
    left join altered_genes on samples.sample_id = altered_genes.sample_id
)

select * from msk_2018_samples
