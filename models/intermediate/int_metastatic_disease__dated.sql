-- One row per patient with metastatic disease: the date it begins, which is the first
-- diagnosis recorded as metastatic. A local recurrence is none.
with

diagnoses as (
    select
        patient_id,
        diagnosed_on
    from {{ ref('diagnoses') }}
    where diagnosis_code = 'metastatic'
        and diagnosed_on is not null
),

dated as (
    select
        patient_id,
        min(diagnosed_on) as metastatic_on
    from diagnoses
    group by patient_id
)

select * from dated
