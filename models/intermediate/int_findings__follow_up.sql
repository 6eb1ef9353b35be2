-- One row per finding of a rule on contacts, milestones and adverse events, as of a
-- delivery of the site. The rules: seed `record_rules`.
with

contacts as (
    select
        {{ row_columns() }},
        staged.contact_on,
        staged.contact_on_precision,
        staged.vital_status_code,
        staged.ecog
    {{ from_states('contacts') }}
),

milestones as (
    select
        {{ row_columns() }},
        staged.milestone_code,
        staged.occurred_on,
        staged.occurred_on_precision,
        {{ latest('staged.occurred_on') }} as by_on,
        max({{ earliest('staged.occurred_on') }}) over (
            partition by
                deliveries.as_of_on, staged.patient_id, staged.milestone_code
        ) as last_death
    {{ from_states('milestones') }}
),

findings as (
    {{ finding('contacts.alive_after_death', 'vital_status', 'vital_status_code',
        related='milestones.occurred_on', related_value='died_text') }}
    from contacts
    where vital_status_code = 'alive' and {{ earliest('contact_on') }} > died_by_on
    union all
    {{ finding('contacts.dead_without_death', 'vital_status', 'vital_status_code',
        related='contact_on') }}
    from contacts
    where vital_status_code = 'dead' and n_death = 0
    union all
    {{ finding('contacts.ecog_out_of_range', 'ecog') }}
    from contacts
    where ecog < 0 or ecog > {{ limit_of('contacts.ecog_out_of_range') }}
    union all
    {{ finding('contacts.ecog_against_vital_status', 'ecog',
        related='vital_status', related_value='vital_status_code') }}
    from contacts
    where ecog = 5 and vital_status_code = 'alive'
    union all
    {{ finding('milestones.death_undated', 'occurred_on') }}
    from milestones
    where milestone_code = 'death' and occurred_on is null
    union all
    {{ finding('milestones.two_deaths', 'occurred_on',
        related='milestones.occurred_on', related_value='last_death') }}
    from milestones
    where milestone_code = 'death' and by_on < last_death
    union all
    {{ finding('milestones.death_before_diagnosis', 'occurred_on',
        related='diagnoses.diagnosed_on', related_value='primary_text') }}
    from milestones
    where milestone_code = 'death' and by_on < primary_from_on
)

select * from findings
