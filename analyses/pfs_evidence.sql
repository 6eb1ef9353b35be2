-- Each patient's progression-free survival, with the file and the line that decides it.
-- oncohort sql pfs_evidence --study lx_vs_tbp
select
    cohort.patient_id,
    cohort.arm,
    cohort.pfs_days,
    endpoints.exit_reason,
    source_rows.site_id,
    source_rows.delivered_on,
    source_rows.source_file,
    source_rows.source_sheet,
    source_rows.source_line
from lx_vs_tbp.cohort as cohort
inner join core.time_to_event as endpoints
    on cohort.patient_id = endpoints.patient_id
    and endpoints.study_id = 'lx_vs_tbp'
    and endpoints.endpoint_code = 'pfs'
left join core.source_rows as source_rows
    on endpoints.deciding_row_id = source_rows.source_row_id
order by cohort.patient_id
