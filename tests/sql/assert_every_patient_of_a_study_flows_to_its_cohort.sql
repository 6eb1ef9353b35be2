-- One row per study whose flow does not end in its cohort: screened minus all who leave
-- must be the number of entries with a time zero (a study may list others, without
-- follow-up). There is none.
with

flows as (
    {% for study in var('studies').split(',') %}
    select
        '{{ study }}' as study_id,
        sum(case when step_no = 0 then n_in else 0 end) - sum(n_out) as n_left
    from {{ ref(study ~ '__cohort_flow') }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

entered as (
    select
        study_id,
        count(*) as n_entries
    from {{ ref('int_study_entries__united') }}
    where time_zero_on is not null
    group by study_id
),

unbalanced as (
    select
        flows.study_id,
        flows.n_left,
        entered.n_entries
    from flows
    left join entered on flows.study_id = entered.study_id
    where coalesce(flows.n_left, 0) <> coalesce(entered.n_entries, 0)
)

select * from unbalanced
