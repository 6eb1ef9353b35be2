-- One row per series and day of examination after its baseline: the sum of the target
-- lesions against baseline and the smallest sum so far (nadir, baseline included; only
-- sums of all targets), and what follows for target and non-target lesions. RECIST 1.1
-- (Eisenhauer 2009), section 4.3: nodes normal and the rest gone is CR whatever the
-- sum; with a target unmeasured, those measured can still prove progression (4.4). Once
-- all disease was gone, a lesion of the baseline that is back is progression, however
-- small; before that it only adds to the sum (appendix of questions; EORTC's answers).
-- No response where the baseline has no such lesion. A view, read once.
{% set target = "case when lesion_part = 'target' then" %}
{% set nontarget = "case when lesion_part = 'nontarget' and finding" %}
{% set decimals = 'decimal(9, 3)' %}
with

counted as (
    select
        series_id,
        assessed_on,
        count({{ target }} 1 end) as n_targets,
        count({{ target }} size_mm end) as n_measured_targets,
        count({{ target }} baseline_size_mm end) as n_baseline_targets,
        sum({{ target }} baseline_size_mm end) as baseline_mm,
        sum({{ target }} size_mm end) as measured_sum_mm,
        count(case when lesion_part = 'target' and is_there then 1 end)
            as n_targets_there,
        count(case when lesion_part = 'nontarget' then 1 end) as n_nontargets,
        count({{ nontarget }} <> 'not_evaluable' then 1 end) as n_seen_nontargets,
        count({{ nontarget }} = 'progressed' then 1 end) as n_progressed_nontargets,
        count(case when lesion_part = 'nontarget' and is_there then 1 end)
            as n_nontargets_there,
        count(case when lesion_part = 'new' and is_there then 1 end) > 0
            as has_new_lesion
    from {{ ref('int_lesions__followed') }}
    group by series_id, assessed_on
),

summed as (
    select
        series_id,
        assessed_on,
        n_targets,
        n_measured_targets,
        n_targets_there,
        n_nontargets,
        n_seen_nontargets,
        n_progressed_nontargets,
        n_nontargets_there,
        has_new_lesion,
        measured_sum_mm,
        case when n_baseline_targets = n_targets then baseline_mm end
            as baseline_sum_mm,
        -- least() skips what is not there: without a sum so far it is the baseline
        case
            when n_baseline_targets = n_targets then least(
                baseline_mm,
                min(
                    case when n_measured_targets = n_targets then measured_sum_mm end
                ) over so_far
            )
        end as nadir_mm,
        max(
            case
                when n_targets + n_nontargets > 0
                    and n_baseline_targets = n_targets
                    and n_measured_targets = n_targets
                    and n_seen_nontargets = n_nontargets
                    and n_targets_there + n_nontargets_there = 0
                    and not has_new_lesion
                    then 1
                else 0
            end
        ) over so_far = 1 as was_all_gone
    from counted
    window so_far as (
        partition by series_id
        order by assessed_on rows between unbounded preceding and 1 preceding
    )
),

compared as (
    select
        series_id,
        assessed_on,
        n_targets,
        n_measured_targets,
        n_nontargets,
        has_new_lesion,
        baseline_sum_mm,
        nadir_mm,
        measured_sum_mm,
        case
            when n_targets = 0 then null
            when baseline_sum_mm is null then 'NE'
            when was_all_gone and n_targets_there > 0 then 'PD'
            when n_measured_targets = n_targets and n_targets_there = 0 then 'CR'
            when (measured_sum_mm - nadir_mm) * 100
                >= nadir_mm * {{ rule('progression_percent', decimals) }}
                and measured_sum_mm - nadir_mm >= {{ rule('progression_mm', decimals) }}
                then 'PD'
            when n_measured_targets < n_targets then 'NE'
            when (baseline_sum_mm - measured_sum_mm) * 100
                >= baseline_sum_mm * {{ rule('partial_response_percent', decimals) }}
                then 'PR'
            else 'SD'
        end as target_response_code,
        case
            when n_nontargets = 0 then null
            when n_progressed_nontargets > 0 then 'PD'
            when was_all_gone and n_nontargets_there > 0 then 'PD'
            when n_seen_nontargets < n_nontargets then 'NE'
            when n_nontargets_there = 0 then 'CR'
            else 'NON_CR_NON_PD'
        end as nontarget_response_code
    from summed
)

select * from compared
