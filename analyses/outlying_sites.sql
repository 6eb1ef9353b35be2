-- Sites unlike the rest of their study: one row per study, site and measure, furthest
-- out first; the numbers of a funnel plot. `z` sets the site's share against that of
-- all others (two proportions, pooled): beyond 2 one in twenty by chance, beyond 3 one
-- in four hundred, and with many rows some will be. Other patients or a shorter
-- follow-up also make a site unlike: it says where to look, not what is wrong.
-- $study = all: one study, or all
-- $z = 2: smallest distance that is shown
-- oncohort sql outlying_sites
with entries as (
    select distinct endpoints.study_id, patients.site_id, endpoints.patient_id
    from core.time_to_event as endpoints
    inner join core.patients as patients on endpoints.patient_id = patients.patient_id
    where $study in ('all', endpoints.study_id)
),

flags as (
    select
        study_id,
        patient_id,
        'event: ' || endpoint_code as measure,
        is_event as is_so
    from core.time_to_event
    where rule_set_id = 'default'
    union all
    select
        entries.study_id,
        entries.patient_id,
        'has an open query' as measure,
        count(queries.query_id) > 0 as is_so
    from entries
    left join quality.data_queries as queries
        on entries.patient_id = queries.patient_id
        and queries.status in ('open', 'reopened')
    group by entries.study_id, entries.patient_id
    union all
    select
        entries.study_id,
        entries.patient_id,
        'date of birth unknown' as measure,
        patients.birth_on is null as is_so
    from entries
    inner join core.patients as patients on entries.patient_id = patients.patient_id
    union all
    select
        entries.study_id,
        entries.patient_id,
        'has an adverse event' as measure,
        count(events.term_code) > 0 as is_so
    from entries
    left join core.adverse_events as events on entries.patient_id = events.patient_id
    group by entries.study_id, entries.patient_id
),

counts as (
    select
        entries.study_id,
        entries.site_id,
        flags.measure,
        count(*) as n,
        count_if(flags.is_so) as n_so,
        sum(n) over in_study - n as n_elsewhere,
        sum(n_so) over in_study - n_so as n_so_elsewhere
    from entries
    inner join flags
        on entries.study_id = flags.study_id
        and entries.patient_id = flags.patient_id
    group by entries.study_id, entries.site_id, flags.measure
    window in_study as (partition by entries.study_id, flags.measure)
),

compared as (
    select
        study_id,
        measure,
        site_id,
        n as n_patients,
        n_so as n_with,
        n_so / n as site_fraction,
        n_so_elsewhere / n_elsewhere as elsewhere_fraction,
        (n_so + n_so_elsewhere) / (n + n_elsewhere) as pooled,
        (site_fraction - elsewhere_fraction)
        / sqrt(pooled * (1 - pooled) * (1 / n + 1 / n_elsewhere)) as z
    from counts
    where n_elsewhere > 0 and n_so + n_so_elsewhere between 1 and n + n_elsewhere - 1
)

select
    study_id,
    measure,
    site_id,
    n_patients,
    n_with,
    round(site_fraction, 3) as site_fraction,
    round(elsewhere_fraction, 3) as elsewhere_fraction,
    round(z, 2) as z
from compared
where abs(z) >= $z
order by abs(compared.z) desc, study_id asc, measure asc, site_id asc
