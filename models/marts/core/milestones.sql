-- One row per dated event that is no examination and counts today.
-- Newest delivery of each site (macro `from_current`); key: the landed row.
with

milestones as (
    select
        staged.patient_id,
        staged.site_id,
        staged.record_id,
        staged.source_row_id,
        staged.milestone_code,
        staged.occurred_on,
        staged.occurred_on_precision,
        staged.reason_code,
        staged.cause
    {{ from_current('milestones') }}
)

select * from milestones
