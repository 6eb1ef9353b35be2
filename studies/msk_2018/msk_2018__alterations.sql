-- One row per HER2-positive sample, gene and class of alteration: what the oncoplot
-- shows.
with

samples as (
    select
        sample_id,
        organ_group,
        sample_kind
    from {{ ref('msk_2018__samples') }}
    where her2_status = 'positive'
),

altered_genes as (
    select
        sample_id,
        gene,
        alteration_code,
        n_mutations
    from {{ ref('msk_2018__altered_genes') }}
),

alterations as (
    select
        samples.sample_id,
        samples.organ_group,
        samples.sample_kind,
        altered_genes.gene,
        altered_genes.alteration_code,
        altered_genes.n_mutations
    from samples
    inner join altered_genes on samples.sample_id = altered_genes.sample_id
)

select * from alterations
