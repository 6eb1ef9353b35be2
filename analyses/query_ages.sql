-- Data queries not yet closed: one row per site, severity and status, with how long
-- they have been waiting. Age counts from the delivery that first showed the finding; a
-- query never sent stood in no workbook for the site yet.
-- $as_of = today: day up to which age counts, such as 2026-12-31
-- oncohort sql query_ages
with queries as (
    select
        *,
        case when $as_of = 'today' then current_date else cast($as_of as date) end
        - first_seen_on as age_days
    from quality.data_queries
    where status <> 'closed'
)

select
    site_id,
    severity,
    status,
    count(*) as n_queries,
    count(*) - count(issued_on) as n_never_sent,
    count(distinct patient_id) as n_patients,
    min(first_seen_on) as oldest_seen_on,
    max(age_days) as oldest_days,
    median(age_days) as median_days
from queries
group by site_id, severity, status
order by
    site_id asc,
    case severity when 'critical' then 1 when 'major' then 2 else 3 end asc,
    status asc
