-- One row per step, site and outcome: patients who enter the step with this outcome.
-- Steps: `cohort_steps.csv`; who fails which: `msk_2018__eligibility`.
{{ cohort_flow('msk_2018') }}
