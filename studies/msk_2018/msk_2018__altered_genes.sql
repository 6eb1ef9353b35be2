-- One row per sequenced sample, gene and class of alteration. The genes are the 341 to
-- 468 cancer-related genes of the MSK-IMPACT panel, named as in the file (MLL3 for
-- KMT2C). Silent and intronic changes alter nothing and are left out. The two
-- transcripts of CDKN2A are one gene. The file holds mutations only: neither copy
-- numbers nor fusions, so that amplified ERBB2 does not show.
with

samples as (
    select
        samples.record_id as sample_id,
        samples.patient_id,
        samples.sample_no
    from {{ ref('samples') }} as samples
    inner join {{ source('landing', 'study_sites') }} as study_sites
        on samples.site_id = study_sites.site_id
        and study_sites.study_id = 'msk_2018'
),

-- a mutation that the file holds twice is one
mutations as (
    select distinct
        samples.sample_id,
        case
            when variants.gene like 'CDKN2Ap%' then 'CDKN2A'
            else variants.gene
        end as gene,
        coalesce(variants.alteration_code, 'other') as alteration_code,
        variants.genome_change
    from {{ ref('variants') }} as variants
    inner join samples
        on variants.patient_id = samples.patient_id
        and variants.sample_no = samples.sample_no
    where coalesce(variants.alteration_code, 'other') not in ('synonymous', 'intron')
),

altered_genes as (
    select
        sample_id,
        gene,
        alteration_code,
        count(*) as n_mutations
    from mutations
    group by sample_id, gene, alteration_code
)

select * from altered_genes
