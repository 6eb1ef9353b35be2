-- One row per patient, drug and uninterrupted course ("episode") of a line-opening
-- drug. Rows of one drug whose gap is at most `episode_gap_days` are one episode,
-- however the site keeps them: one row a cycle, one a course, unordered, repeated,
-- overlapping. Only chemotherapy and anti-HER2 drugs open lines (study.md; README of
-- study lx_vs_tbp).
with

drugs as (
    select
        drug_code,
        drug_class,
        drug_group
    from {{ ref('drugs') }}
),

drug_rows as (
    select
        patient_id,
        drug_code,
        started_on,
        last_on
    from {{ ref('treatments') }}
    where {{ opens_line('drug_class') }}
        and started_on is not null
),

reached as (
    select
        patient_id,
        drug_code,
        started_on,
        last_on,
        -- the latest end so far, not the previous row's: a long row may hold short ones
        max(last_on) over (
            partition by patient_id, drug_code
            order by started_on, last_on nulls last
            rows between unbounded preceding and 1 preceding
        ) as covered_until_on
    from drug_rows
),

marked as (
    select
        patient_id,
        drug_code,
        started_on,
        last_on,
        case
            when {{ dbt.datediff('covered_until_on', 'started_on', 'day') }}
                <= {{ rule('episode_gap_days') }}
                then 0
            else 1
        end as is_first_row
    from reached
),

numbered as (
    select
        patient_id,
        drug_code,
        started_on,
        last_on,
        cast(sum(is_first_row) over (
            partition by patient_id, drug_code
            -- by range: rows alike in both count together, whichever comes first
            order by started_on, last_on nulls last
            range between unbounded preceding and current row
        ) as bigint) as episode_no
    from marked
),

episodes as (
    select
        patient_id,
        drug_code,
        episode_no,
        min(started_on) as started_on,
        max(last_on) as last_on
    from numbered
    group by patient_id, drug_code, episode_no
),

described as (
    select
        episodes.patient_id,
        episodes.drug_code,
        drugs.drug_class,
        drugs.drug_group,
        episodes.episode_no,
        episodes.started_on,
        episodes.last_on
    from episodes
    inner join drugs on episodes.drug_code = drugs.drug_code
)

select * from described
