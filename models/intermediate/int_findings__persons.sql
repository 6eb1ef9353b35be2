-- One row per finding of a rule on people who are patients more than once, as of a
-- delivery of the site. Other sites are seen as they were on that day: a finding keeps
-- its history when they send more. The rules: seed `record_rules`.
with

states as (
    select
        site_id,
        as_of_on,
        lead(as_of_on) over (partition by site_id order by as_of_on) as next_as_of_on
    from {{ ref('int_deliveries__in_effect') }}
    group by site_id, as_of_on
),

persons as (
    select
        {{ row_columns() }},
        staged.person_id
    {{ from_states('patients') }}
        and staged.person_id is not null
),

others as (
    select
        persons.person_id,
        persons.patient_id,
        persons.site_id,
        states.as_of_on,
        states.next_as_of_on
    from persons
    inner join states
        on persons.site_id = states.site_id
        and persons.as_of_on = states.as_of_on
),

meetings as (
    select
        persons.site_id,
        persons.as_of_on,
        persons.patient_id,
        persons.record_id,
        persons.source_row_id,
        min(others.site_id) as other_site,
        others.site_id = persons.site_id as is_own_site
    from persons
    inner join others
        on persons.person_id = others.person_id
        and persons.patient_id <> others.patient_id
        and persons.as_of_on >= others.as_of_on
        and persons.as_of_on < coalesce(others.next_as_of_on, date '9999-12-31')
    group by
        persons.site_id, persons.as_of_on, persons.patient_id, persons.record_id,
        persons.source_row_id, others.site_id = persons.site_id
),

findings as (
    {{ finding('patients.same_person_twice', 'record_no', 'null') }}
    from meetings
    where is_own_site
    union all
    {{ finding('patients.same_person_at_two_sites', 'record_no', 'null',
        related='site_id', related_value='other_site') }}
    from meetings
    where not is_own_site
)

select * from findings
