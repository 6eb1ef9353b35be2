-- The record that decides an endpoint: one row per patient of a study, with the file
-- and the line it was sent on; none where nothing but the start is known.
-- $study = all: one study, or all
-- $endpoint = pfs: endpoint
-- $rule_set = default: its rule set
-- oncohort sql endpoint_evidence
select
    endpoints.study_id,
    endpoints.patient_id,
    endpoints.followup_days,
    endpoints.is_event,
    endpoints.exit_reason,
    source_rows.site_id,
    source_rows.delivered_on,
    source_rows.source_file,
    source_rows.source_sheet,
    source_rows.source_line
from core.time_to_event as endpoints
left join core.source_rows as source_rows
    on endpoints.deciding_row_id = source_rows.source_row_id
where endpoints.endpoint_code = $endpoint
    and endpoints.rule_set_id = $rule_set
    and $study in ('all', endpoints.study_id)
order by endpoints.study_id, endpoints.patient_id
