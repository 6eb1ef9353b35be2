-- Missing values: one row per site, table and field that lacks some, the site least
-- like the others first. Read `missing_fraction` beside `elsewhere_fraction`, the share
-- in the rows of all other sites: both high is a field nobody records, one high is a
-- site to ask. A missing value can be right, such as the end of a drug still given.
-- $at_least = 0.05: smallest share missing that is shown
-- oncohort sql missing_by_site
with counts as (
    select
        'patients' as table_name,
        site_id,
        count(*) as n_rows,
        count(columns(* exclude (site_id, patient_id, record_id, source_row_id)))
    from core.patients
    group by site_id
    union all by name
    select
        'diagnoses' as table_name,
        site_id,
        count(*) as n_rows,
        count(columns(* exclude (site_id, patient_id, record_id, source_row_id)))
    from core.diagnoses
    group by site_id
    union all by name
    select
        'treatments' as table_name,
        site_id,
        count(*) as n_rows,
        count(columns(* exclude (site_id, patient_id, record_id, source_row_id)))
    from core.treatments
    group by site_id
    union all by name
    select
        'contacts' as table_name,
        site_id,
        count(*) as n_rows,
        count(columns(* exclude (site_id, patient_id, record_id, source_row_id)))
    from core.contacts
    group by site_id
    union all by name
    select
        'tumour_assessments' as table_name,
        site_id,
        count(*) as n_rows,
        count(columns(* exclude (site_id, patient_id, record_id, source_row_id)))
    from core.tumour_assessments
    group by site_id
    union all by name
    select
        'biomarkers' as table_name,
        site_id,
        count(*) as n_rows,
        count(columns(* exclude (site_id, patient_id, record_id, source_row_id)))
    from core.biomarkers
    group by site_id
    union all by name
    select
        'metastases' as table_name,
        site_id,
        count(*) as n_rows,
        count(columns(* exclude (site_id, patient_id, record_id, source_row_id)))
    from core.metastases
    group by site_id
    union all by name
    select
        'adverse_events' as table_name,
        site_id,
        count(*) as n_rows,
        count(columns(* exclude (site_id, patient_id, record_id, source_row_id)))
    from core.adverse_events
    group by site_id
    union all by name
    select
        'milestones' as table_name,
        site_id,
        count(*) as n_rows,
        count(columns(* exclude (site_id, patient_id, record_id, source_row_id)))
    from core.milestones
    group by site_id
),

fields as (
    -- a field that a table has not is null here, and dropped
    select *
    from (
        unpivot counts on columns(* exclude (table_name, site_id, n_rows))
        into name field value n_recorded
    )
),

shares as (
    select
        table_name,
        field,
        site_id,
        n_rows,
        n_rows - n_recorded as n_missing,
        sum(n_rows) over field_of_all - n_rows as n_rows_elsewhere,
        sum(n_rows - n_recorded) over field_of_all - n_missing as n_missing_elsewhere
    from fields
    where not ends_with(field, '_precision')
    window field_of_all as (partition by table_name, field)
)

select
    site_id,
    table_name,
    field,
    n_rows,
    n_missing,
    round(n_missing / n_rows, 3) as missing_fraction,
    round(n_missing_elsewhere / nullif(n_rows_elsewhere, 0), 3) as elsewhere_fraction
from shares
where n_missing > 0 and n_missing / n_rows >= $at_least
order by
    missing_fraction - coalesce(elsewhere_fraction, 0) desc,
    site_id asc,
    table_name asc,
    field asc
