-- Gaps in follow-up: one row per study, patient and stretch of follow-up in which no
-- contact and no examination is recorded, longest first. An event inside such a gap is
-- dated when it is seen, at its end; who is seen less often seems to progress later.
-- Days count from the start of follow-up.
-- $study = all: one study, or all
-- $endpoint = os: endpoint whose follow-up is looked through
-- $days = rule: gaps longer than this; rule: `missed_scans_days` of the rule sets
-- oncohort sql follow_up_gaps
with followups as (
    select study_id, patient_id, start_on, end_on, exit_reason
    from core.time_to_event
    where rule_set_id = 'default'
        and endpoint_code = $endpoint
        and $study in ('all', study_id)
),

seen as (
    select patient_id, contact_on as seen_on from core.contacts
    union
    select patient_id, assessed_on from core.tumour_assessments
),

days as (
    select *, start_on as seen_on from followups
    union
    select *, end_on from followups
    union
    select followups.*, seen.seen_on
    from followups
    inner join seen
        on followups.patient_id = seen.patient_id
        and seen.seen_on between followups.start_on and followups.end_on
),

gaps as (
    select
        *,
        lead(seen_on) over (
            partition by study_id, patient_id
            order by seen_on
        ) as next_on
    from days
)

select
    gaps.study_id,
    patients.site_id,
    gaps.patient_id,
    gaps.seen_on - gaps.start_on as gap_from_day,
    gaps.next_on - gaps.start_on as gap_to_day,
    gaps.next_on - gaps.seen_on as gap_days,
    gaps.exit_reason as follow_up_ends_with
from gaps
inner join core.patients as patients on gaps.patient_id = patients.patient_id
where gaps.next_on - gaps.seen_on > coalesce(
    try_cast($days as double),
    (
        select cast(value as double) from reference.rule_sets
        where rule_set_id = 'default' and parameter = 'missed_scans_days'
    )
)
order by gap_days desc, gaps.study_id asc, gaps.patient_id asc, gap_from_day asc
