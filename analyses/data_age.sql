-- How old each site's data are: one row per site. `lag_days` from the newest thing that
-- happened to a patient to the delivery that tells of it; `age_days` since then.
-- `n_silent` patients, not known to be dead, were last heard of over a year before it.
-- Of sites whose dates count from an anchor only the delivery's own means anything.
-- $as_of = today: day up to which age counts, such as 2026-12-31
-- oncohort sql data_age
with deliveries as (
    select
        site_id,
        max(delivered_on) as delivered_on,
        count(distinct delivered_on) as n_deliveries
    from core.source_rows
    group by site_id
),

heard as (
    select patient_id, contact_on as heard_on from core.contacts
    union all
    select patient_id, assessed_on from core.tumour_assessments
    union all
    select patient_id, occurred_on from core.milestones
    union all
    select patient_id, started_on from core.treatments
),

patients as (
    select
        patients.site_id,
        patients.patient_id,
        max(patients.date_basis = 'offset') as is_offset,
        max(heard.heard_on) as heard_on,
        patients.patient_id in (
            select patient_id from core.milestones
            where milestone_code = 'death'
        ) as is_dead
    from core.patients as patients
    left join heard on patients.patient_id = heard.patient_id
    group by patients.site_id, patients.patient_id
)

select
    deliveries.site_id,
    deliveries.n_deliveries,
    deliveries.delivered_on,
    case when $as_of = 'today' then current_date else cast($as_of as date) end
    - deliveries.delivered_on as age_days,
    count(*) as n_patients,
    max(patients.heard_on) filter (not patients.is_offset) as newest_on,
    deliveries.delivered_on - newest_on as lag_days,
    count(*) filter (
        not patients.is_offset
        and not patients.is_dead
        and deliveries.delivered_on - patients.heard_on > 365
    ) as n_silent
from deliveries
inner join patients on deliveries.site_id = patients.site_id
group by deliveries.site_id, deliveries.n_deliveries, deliveries.delivered_on
order by age_days desc, deliveries.site_id asc
