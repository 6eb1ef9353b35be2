-- Patients of a study by step: one row per study and criterion, in order, with who
-- came, who left and who was left; then a row per reason of leaving. As in its report.
-- `oncohort sql "from cohort_flow" --study STUDY` has the same by site.
-- $study = all: one study, or all
-- oncohort sql patients_by_step
select
    study_id,
    cast(substr(variable, 6) as integer) as step_no,
    case when level = 'overall' then '' else level end as reason,
    max(n) filter (statistic = 'n_in') as n_in,
    max(n) filter (statistic = 'n_out') as n_out,
    max(n) filter (statistic = 'n_left') as n_left
from analysis.results
where source_model = study_id || '.cohort_flow'
    and variable similar to 'step_[0-9]+'
    and $study in ('all', study_id)
group by study_id, variable, level
order by study_id asc, step_no asc, reason asc
