-- Why follow-up ends: one row per study, endpoint, site and reason, with how many of
-- the site's patients and after how long. A site where most are censored early is one
-- that stopped telling, not one where nothing happens.
-- $study = all: one study, or all
-- $rule_set = default: rule set of the endpoints
-- oncohort sql ends_of_follow_up
select
    endpoints.study_id,
    endpoints.endpoint_code,
    patients.site_id,
    endpoints.exit_reason,
    endpoints.is_event,
    count(*) as n_patients,
    round(count(*) / sum(count(*)) over (
        partition by endpoints.study_id, endpoints.endpoint_code, patients.site_id
    ), 3) as site_fraction,
    median(endpoints.followup_days) as median_followup_days
from core.time_to_event as endpoints
inner join core.patients as patients on endpoints.patient_id = patients.patient_id
where endpoints.rule_set_id = $rule_set
    and $study in ('all', endpoints.study_id)
group by
    endpoints.study_id,
    endpoints.endpoint_code,
    patients.site_id,
    endpoints.exit_reason,
    endpoints.is_event
order by
    endpoints.study_id asc,
    endpoints.endpoint_code asc,
    patients.site_id asc,
    n_patients desc,
    endpoints.exit_reason asc
