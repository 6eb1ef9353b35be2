-- One row per study and patient entered: where follow-up begins, and the study's
-- cut-off. Each study gives its `<study>__entries`; the studies are listed in the
-- project variable `studies`, to which the command line adds a workspace's own.
-- `entry_id` numbers the rows: joins over a number cost half of those over two texts.
with

entries as (
    {% for study in var('studies').split(',') %}
    select
        study_id,
        patient_id,
        site_id,
        arm,
        time_zero_on,
        first_drug_on
    from {{ ref(study ~ '__entries') }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

cutoffs as (
    select
        study_id,
        max(cast(value as date)) as cutoff_on
    from {{ ref('int_study_parameters__united') }}
    where parameter = 'data_cutoff'
    group by study_id
),

united as (
    select
        row_number() over (order by entries.study_id, entries.patient_id) as entry_id,
        entries.study_id,
        entries.patient_id,
        entries.site_id,
        entries.arm,
        entries.time_zero_on,
        entries.first_drug_on,
        -- a study without a cut-off follows its patients as long as the sites do
        coalesce(cutoffs.cutoff_on, cast('9999-12-31' as date)) as cutoff_on
    from entries
    left join cutoffs on entries.study_id = cutoffs.study_id
)

select * from united
