-- How exactly dates are known: one row per site, table and field. Dates known to the
-- month or the year stand mid-period. Among full dates one in 30 falls on the first of
-- a month by chance: far more say that somebody filled in what was not known. Without
-- the sites whose dates count from an anchor.
-- $at_least = 0: smallest share that is partial or on the first that is shown
-- oncohort sql date_precision
with dates as (
    select
        patient_id,
        'patients' as table_name,
        'birth_on' as field,
        birth_on as date_on,
        birth_on_precision as date_precision
    from core.patients
    union all
    select
        patient_id,
        'diagnoses' as table_name,
        'diagnosed_on' as field,
        diagnosed_on as date_on,
        diagnosed_on_precision as date_precision
    from core.diagnoses
    union all
    select
        patient_id,
        'treatments' as table_name,
        'started_on' as field,
        started_on as date_on,
        started_on_precision as date_precision
    from core.treatments
    union all
    select
        patient_id,
        'treatments' as table_name,
        'ended_on' as field,
        ended_on as date_on,
        ended_on_precision as date_precision
    from core.treatments
    union all
    select
        patient_id,
        'tumour_assessments' as table_name,
        'assessed_on' as field,
        assessed_on as date_on,
        assessed_on_precision as date_precision
    from core.tumour_assessments
    union all
    select
        patient_id,
        'contacts' as table_name,
        'contact_on' as field,
        contact_on as date_on,
        contact_on_precision as date_precision
    from core.contacts
    union all
    select
        patient_id,
        'milestones' as table_name,
        'occurred_on' as field,
        occurred_on as date_on,
        occurred_on_precision as date_precision
    from core.milestones
),

counts as (
    select
        patients.site_id,
        dates.table_name,
        dates.field,
        count(*) as n_dates,
        count_if(dates.date_precision = 'month') as n_month_only,
        count_if(dates.date_precision = 'year') as n_year_only,
        count_if(dates.date_precision = 'day') as n_full,
        count_if(dates.date_precision = 'day' and day(dates.date_on) = 1) as n_first
    from dates
    inner join core.patients as patients on dates.patient_id = patients.patient_id
    where dates.date_on is not null and patients.date_basis = 'calendar'
    group by patients.site_id, dates.table_name, dates.field
)

select
    site_id,
    table_name,
    field,
    n_dates,
    n_month_only,
    n_year_only,
    round((n_month_only + n_year_only) / n_dates, 3) as partial_fraction,
    round(n_first / nullif(n_full, 0), 3) as on_the_first_fraction
from counts
where greatest(partial_fraction, coalesce(on_the_first_fraction, 0)) >= $at_least
order by
    greatest(partial_fraction, coalesce(on_the_first_fraction, 0)) desc,
    site_id asc,
    table_name asc,
    field asc
