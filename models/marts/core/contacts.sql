-- One row per contact that counts today.
-- Newest delivery of each site (macro `from_current`); key: the landed row.
with

contacts as (
    select
        staged.patient_id,
        staged.site_id,
        staged.record_id,
        staged.source_row_id,
        staged.contact_on,
        staged.contact_on_precision,
        staged.contact_kind,
        staged.vital_status_code,
        staged.were_adverse_events_asked,
        staged.ecog
    {{ from_current('contacts') }}
)

select * from contacts
