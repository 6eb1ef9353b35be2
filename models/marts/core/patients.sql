-- One row per patient of a site, newest delivery of the site.
-- A site that sends a patient twice within a delivery raises a data query; here the row
-- with the smaller `source_row_id` stands, so that nothing depends on the order of a
-- file.
with

patient_rows as (
    select
        staged.patient_id,
        staged.site_id,
        staged.record_id,
        staged.source_row_id,
        staged.date_basis,
        staged.sex_code,
        staged.birth_on,
        staged.birth_on_precision,
        staged.menopausal_status_code,
        staged.menopausal_status_on,
        staged.race,
        staged.collection_code,
        staged.arm,
        row_number() over (
            partition by staged.patient_id
            order by staged.source_row_id
        ) as row_no
    {{ from_current('patients') }}
),

patients as (
    select
        patient_id,
        site_id,
        record_id,
        source_row_id,
        date_basis,
        sex_code,
        birth_on,
        birth_on_precision,
        menopausal_status_code,
        menopausal_status_on,
        race,
        collection_code,
        arm
    from patient_rows
    where row_no = 1
)

select * from patients
