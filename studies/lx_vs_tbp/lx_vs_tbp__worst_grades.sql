-- One row per patient of the safety set and adverse event term group: the worst CTCAE
-- grade in the safety window (Table 5). A patient without a row for a term had none; an
-- event recorded without grade keeps its row with grade unknown.
with

safety_windows as (
    select
        patient_id,
        window_from,
        window_to
    from {{ ref('lx_vs_tbp__safety_windows') }}
    where is_safety_evaluable
),

worst_grades as (
    select
        safety_windows.patient_id,
        events.term_group,
        max(events.grade) as worst_grade
    from safety_windows
    inner join {{ ref('adverse_events') }} as events
        on safety_windows.patient_id = events.patient_id
        and events.started_on >= safety_windows.window_from
        and events.started_on <= safety_windows.window_to
    where events.term_group is not null
    group by safety_windows.patient_id, events.term_group
)

select * from worst_grades
