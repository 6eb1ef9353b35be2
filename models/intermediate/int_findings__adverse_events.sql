-- One row per finding of a rule on adverse events, as of a delivery of the site.
-- The rules: seed `record_rules`; CTCAE 5.0.
with

adverse_events as (
    select
        {{ row_columns() }},
        staged.term_code,
        staged.grade,
        staged.started_on,
        staged.started_on_precision,
        staged.ended_on,
        staged.ended_on_precision,
        staged.is_related
    {{ from_states('adverse_events') }}
),

-- a patient with an undated drug may have begun treatment at any time
first_drugs as (
    select
        staged.patient_id,
        deliveries.as_of_on,
        min({{ earliest('staged.started_on') }}) as from_on
    {{ from_states_of(landed_dates('treatments', ['started_on']), 'staged') }}
    group by staged.patient_id, deliveries.as_of_on
    having count(*) = count(staged.started_on)
),

findings as (
    {{ finding('adverse_events.grade_without_term', 'term', 'term_code',
        related='grade') }}
    from adverse_events
    where term_code is null and grade is not null
    union all
    {{ finding('adverse_events.term_without_grade', 'grade', related='term',
        related_value='term_code') }}
    from adverse_events
    where grade is null and term_code is not null
    union all
    {{ finding('adverse_events.grade_out_of_range', 'grade', related='term',
        related_value='term_code') }}
    from adverse_events
    where grade < 1 or grade > {{ limit_of('adverse_events.grade_out_of_range') }}
    union all
    {{ finding('adverse_events.ended_before_started', 'ended_on',
        related='started_on') }}
    from adverse_events
    where {{ latest('ended_on') }} < {{ earliest('started_on') }}
    union all
    {{ finding('adverse_events.after_death', 'started_on',
        related='milestones.occurred_on', related_value='died_text') }}
    from adverse_events
    where {{ earliest('started_on') }} > died_by_on
    union all
    {{ finding('adverse_events.fatal_without_death', 'grade', related='term',
        related_value='term_code') }}
    from adverse_events
    where grade = 5 and not is_dead
    union all
    {{ finding('adverse_events.related_before_treatment', 'started_on',
        related='is_related') }}
    from adverse_events
    where is_related
        and exists (
            select 1
            from first_drugs
            where first_drugs.patient_id = adverse_events.patient_id
                and first_drugs.as_of_on = adverse_events.as_of_on
                and first_drugs.from_on > {{ latest('adverse_events.started_on') }}
        )
)

select * from findings
