-- One row per study and parameter, from each study's `study_parameters.csv`. A table of
-- its own so that a variant of the plan can change a value (`oncohort` runs the models
-- after it once more).
with

parameters as (
    select
        study_id,
        parameter,
        value
    from {{ source('landing', 'study_parameters') }}
)

select * from parameters
