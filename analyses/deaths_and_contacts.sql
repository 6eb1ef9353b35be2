-- Deaths that other records contradict: one row per patient and what does not fit: said
-- to be dead without a date of death, two dates of death, or seen alive, examined or
-- given a drug after it.
-- oncohort sql deaths_and_contacts
with deaths as (
    select
        patient_id,
        min(occurred_on) as died_on,
        max(occurred_on) as died_on_latest,
        max(occurred_on_precision) as died_on_precision
    from core.milestones
    where milestone_code = 'death'
    group by patient_id
),

signs as (
    select patient_id, contact_on as seen_on, 'seen alive' as sign
    from core.contacts
    where vital_status_code = 'alive'
    union all
    select patient_id, assessed_on, 'examined' as sign from core.tumour_assessments
    union all
    select patient_id, started_on, 'given ' || drug_code as sign from core.treatments
),

problems as (
    select
        signs.patient_id,
        deaths.died_on,
        signs.seen_on,
        signs.sign || ' after death' as problem
    from deaths
    inner join signs
        on deaths.patient_id = signs.patient_id
        and signs.seen_on > deaths.died_on
    union
    select patient_id, died_on, died_on_latest, 'two dates of death' as problem
    from deaths
    where died_on < died_on_latest
    union
    select
        contacts.patient_id,
        null as died_on,
        min(contacts.contact_on) as seen_on,
        'dead, but no date of death' as problem
    from core.contacts as contacts
    left join deaths on contacts.patient_id = deaths.patient_id
    where contacts.vital_status_code = 'dead' and deaths.died_on is null
    group by contacts.patient_id
)

select
    patients.site_id,
    problems.patient_id,
    problems.problem,
    problems.died_on,
    deaths.died_on_precision,
    problems.seen_on,
    problems.seen_on - problems.died_on as days_after_death
from problems
inner join core.patients as patients on problems.patient_id = patients.patient_id
left join deaths on problems.patient_id = deaths.patient_id
order by
    days_after_death desc nulls first,
    patients.site_id asc,
    problems.patient_id asc
