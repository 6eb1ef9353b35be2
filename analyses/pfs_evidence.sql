-- Each patient's progression-free survival in a study, with the file and the line that
-- decides it. Which study: `oncohort sql pfs_evidence --study lx_vs_tbp`
select
    entries.patient_id,
    entries.arm,
    endpoints.followup_days as pfs_days,
    endpoints.exit_reason,
    source_rows.site_id,
    source_rows.delivered_on,
    source_rows.source_file,
    source_rows.source_sheet,
    source_rows.source_line
from entries
inner join core.time_to_event as endpoints
    on entries.patient_id = endpoints.patient_id
    and entries.study_id = endpoints.study_id
    and endpoints.endpoint_code = 'pfs'
    and endpoints.rule_set_id = 'default'
left join core.source_rows as source_rows
    on endpoints.deciding_row_id = source_rows.source_row_id
order by entries.patient_id
