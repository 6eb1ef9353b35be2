-- One row per patient with a primary tumour: the day of its diagnosis, of several (one
-- on either side) the first, and the highest stage that is known.
with

diagnoses as (
    select
        patient_id,
        diagnosed_on,
        stage_code
    from {{ ref('diagnoses') }}
    where diagnosis_code = 'primary'
),

dated as (
    select
        patient_id,
        min(diagnosed_on) as diagnosed_on,
        -- X (cannot be assessed) would sort after IV
        max(nullif(stage_code, 'X')) as stage_code
    from diagnoses
    group by patient_id
)

select * from dated
