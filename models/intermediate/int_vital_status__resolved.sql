-- One row per patient: dead or not, and until when known to be alive.
-- Dead in any record is dead: a later "alive" is an older contact or an error, and both
-- raise a data query. The first dated death counts; a death may have no date.
with

patients as (
    select patient_id
    from {{ ref('patients') }}
),

deaths as (
    select
        patient_id,
        occurred_on as died_on
    from {{ ref('milestones') }}
    where milestone_code = 'death'
),

contacts as (
    select
        patient_id,
        contact_on,
        vital_status_code
    from {{ ref('contacts') }}
),

died as (
    select
        patient_id,
        min(died_on) as died_on
    from (
        select patient_id, died_on
        from deaths
        union all
        select patient_id, contact_on as died_on
        from contacts
        where vital_status_code = 'dead'
    ) as death_reports
    group by patient_id
),

alive as (
    select
        patient_id,
        max(contact_on) as last_known_alive_on
    from contacts
    where vital_status_code = 'alive'
    group by patient_id
),

resolved as (
    select
        patients.patient_id,
        died.patient_id is not null as is_dead,
        died.died_on,
        alive.last_known_alive_on
    from patients
    left join died on patients.patient_id = died.patient_id
    left join alive on patients.patient_id = alive.patient_id
)

select * from resolved
