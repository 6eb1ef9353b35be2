-- One row per adverse event as a site recorded it, newest delivery of the site.
-- `term_group` joins terms that tables count together (nausea, vomiting): seed
-- `adverse_event_terms`.
with

terms as (
    select
        term_code,
        term_group
    from {{ ref('adverse_event_terms') }}
),

event_rows as (
    select
        staged.patient_id,
        staged.site_id,
        staged.record_id,
        staged.source_row_id,
        staged.term_code,
        staged.grade,
        staged.started_on,
        staged.started_on_precision,
        staged.ended_on,
        staged.ended_on_precision,
        staged.is_related,
        staged.is_serious,
        staged.action
    {{ from_current('adverse_events') }}
),

adverse_events as (
    select
        event_rows.patient_id,
        event_rows.site_id,
        event_rows.record_id,
        event_rows.source_row_id,
        event_rows.term_code,
        terms.term_group,
        event_rows.grade,
        event_rows.started_on,
        event_rows.started_on_precision,
        event_rows.ended_on,
        event_rows.ended_on_precision,
        event_rows.is_related,
        event_rows.is_serious,
        event_rows.action
    from event_rows
    left join terms on event_rows.term_code = terms.term_code
)

select * from adverse_events
