-- One row per step, site and outcome: patients who enter the step with this outcome.
-- Steps: `cohort_steps.csv`; who fails which: `tcga_brca__eligibility`.
{{ cohort_flow('tcga_brca') }}
