-- One row per step, site and outcome: patients who enter the step with this outcome.
-- Steps: `cohort_steps.csv`; who fails which: `lx_vs_tbp__eligibility`.
{{ cohort_flow('lx_vs_tbp') }}
