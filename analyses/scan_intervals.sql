-- How often patients are scanned: one row per study and site, over the days between one
-- adequate assessment and the next, from the start to the end of the endpoint's
-- follow-up. Progression is seen at a scan: sites that scan more rarely find it later.
-- $study = all: one study, or all
-- $endpoint = pfs: endpoint whose follow-up is looked through
-- oncohort sql scan_intervals
with days as (
    select distinct
        followups.study_id,
        followups.patient_id,
        scans.site_id,
        followups.start_on,
        scans.assessed_on
    from core.time_to_event as followups
    inner join core.tumour_assessments as scans
        on followups.patient_id = scans.patient_id
        and scans.is_adequate
        and scans.assessed_on > followups.start_on
        and scans.assessed_on <= followups.end_on
    where followups.rule_set_id = 'default'
        and followups.endpoint_code = $endpoint
        and $study in ('all', followups.study_id)
),

intervals as (
    select
        study_id,
        site_id,
        patient_id,
        assessed_on - lag(assessed_on, 1, start_on) over (
            partition by study_id, patient_id
            order by assessed_on
        ) as interval_days
    from days
)

select
    study_id,
    site_id,
    count(distinct patient_id) as n_patients,
    count(*) as n_scans,
    quantile_cont(interval_days, 0.25) as lower_quartile_days,
    median(interval_days) as median_days,
    quantile_cont(interval_days, 0.75) as upper_quartile_days,
    max(interval_days) as longest_days
from intervals
group by study_id, site_id
order by study_id asc, median_days desc, site_id asc
