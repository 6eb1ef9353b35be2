-- Adverse events per 100 patient-years of follow-up: one row per study, site and group
-- of terms. Events count that began within the follow-up of the endpoint, each record
-- once. Before a low rate is believed see `asked_fraction`: the share of the site's
-- contacts in that time that say adverse events were asked about.
-- $study = all: one study, or all
-- $endpoint = pfs: endpoint whose follow-up is the time at risk
-- $grade = 1: smallest grade counted
-- oncohort sql adverse_event_rates
with followups as (
    select
        followups.study_id,
        patients.site_id,
        followups.patient_id,
        followups.start_on,
        followups.end_on
    from core.time_to_event as followups
    inner join core.patients as patients on followups.patient_id = patients.patient_id
    where followups.rule_set_id = 'default'
        and followups.endpoint_code = $endpoint
        and $study in ('all', followups.study_id)
),

sites as (
    select
        study_id,
        site_id,
        count(*) as n_patients,
        sum(end_on - start_on) / 365.25 as patient_years
    from followups
    group by study_id, site_id
),

asked as (
    select
        followups.study_id,
        followups.site_id,
        count_if(contacts.were_adverse_events_asked) / count(*) as asked_fraction
    from followups
    inner join core.contacts as contacts
        on followups.patient_id = contacts.patient_id
        and contacts.contact_on between followups.start_on and followups.end_on
    group by followups.study_id, followups.site_id
),

events as (
    select
        followups.study_id,
        followups.site_id,
        events.term_group,
        count(*) as n_events,
        count(distinct followups.patient_id) as n_with
    from followups
    inner join core.adverse_events as events
        on followups.patient_id = events.patient_id
        and events.started_on between followups.start_on and followups.end_on
        and events.grade >= $grade
    group by followups.study_id, followups.site_id, events.term_group
)

select
    sites.study_id,
    sites.site_id,
    events.term_group,
    sites.n_patients,
    round(sites.patient_years, 1) as patient_years,
    events.n_with,
    coalesce(events.n_events, 0) as n_events,
    round(100 * coalesce(events.n_events, 0) / nullif(sites.patient_years, 0), 1)
        as rate_per_100_patient_years,
    round(asked.asked_fraction, 3) as asked_fraction
from sites
left join events on sites.study_id = events.study_id and sites.site_id = events.site_id
left join asked on sites.study_id = asked.study_id and sites.site_id = asked.site_id
order by sites.study_id asc, n_events desc, sites.site_id asc, events.term_group asc
