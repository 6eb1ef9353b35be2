-- Immortal time: one row per patient of a study for whom the index treatment and time
-- zero part. `days_before_time_zero`: the line began earlier, and whoever died or
-- progressed in those days is not in the study, so time counted from the first drug
-- would be time nobody could die in. `days_drug_after_time_zero`: the regimen gained a
-- drug later; an arm named after it knows the future. And who leaves on day 0.
-- $study = all: one study, or all
-- $endpoint = os: endpoint whose follow-up is shown beside
-- oncohort sql immortal_time
with entries as (
    select study_id, patient_id, start_on as time_zero_on, followup_days, exit_reason
    from core.time_to_event
    where rule_set_id = 'default'
        and endpoint_code = $endpoint
        and $study in ('all', study_id)
),

lines as (
    select
        lines.patient_id,
        lines.line_no,
        lines.regimen,
        lines.anchor_on,
        lines.next_anchor_on,
        max(drugs.started_on) as last_drug_begun_on
    from core.treatment_lines as lines
    inner join core.treatment_line_drugs as drugs
        on lines.patient_id = drugs.patient_id
        and lines.line_no = drugs.line_no
        and not drugs.is_carried_over
    group by all
),

compared as (
    select
        entries.*,
        lines.line_no,
        lines.regimen,
        lines.anchor_on as line_began_on,
        entries.time_zero_on - lines.anchor_on as days_before_time_zero,
        greatest(lines.last_drug_begun_on - entries.time_zero_on, 0)
            as days_drug_after_time_zero
    from entries
    left join lines
        on entries.patient_id = lines.patient_id
        and entries.time_zero_on >= lines.anchor_on
        and (
            lines.next_anchor_on is null
            or entries.time_zero_on < lines.next_anchor_on
        )
)

select
    compared.study_id,
    patients.site_id,
    compared.patient_id,
    compared.line_no,
    compared.regimen,
    compared.line_began_on,
    compared.time_zero_on,
    compared.days_before_time_zero,
    compared.days_drug_after_time_zero,
    compared.followup_days,
    compared.exit_reason
from compared
inner join core.patients as patients on compared.patient_id = patients.patient_id
where compared.days_before_time_zero > 0
    or compared.days_drug_after_time_zero > 0
    or compared.followup_days <= 0
order by
    greatest(days_before_time_zero, days_drug_after_time_zero) desc nulls last,
    compared.study_id asc,
    compared.patient_id asc
