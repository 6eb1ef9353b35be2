-- Pauses within a line of treatment: one row per patient, drug and pause between two of
-- its records in the same line, longest first. A long pause is a real one, a drug row
-- the site forgot, or a second line that no rule has seen.
-- $days = rule: pauses longer than this; rule: `episode_gap_days` of the rule sets
-- oncohort sql treatment_gaps
with given as (
    select
        treatments.site_id,
        treatments.patient_id,
        lines.line_no,
        treatments.drug_code,
        treatments.started_on,
        max(treatments.last_on) over (
            partition by treatments.patient_id, lines.line_no, treatments.drug_code
            order by treatments.started_on
            rows between unbounded preceding and 1 preceding
        ) as paused_on
    from core.treatments as treatments
    inner join core.treatment_lines as lines
        on treatments.patient_id = lines.patient_id
        and treatments.started_on >= lines.anchor_on
        and (
            lines.next_anchor_on is null
            or treatments.started_on < lines.next_anchor_on
        )
    where treatments.drug_class in ('chemotherapy', 'anti_her2')
)

select
    site_id,
    patient_id,
    line_no,
    drug_code,
    paused_on,
    started_on as resumed_on,
    started_on - paused_on as pause_days
from given
where started_on - paused_on > coalesce(
    try_cast($days as double),
    (
        select cast(value as double) from reference.rule_sets
        where rule_set_id = 'default' and parameter = 'episode_gap_days'
    )
)
order by pause_days desc, patient_id asc, drug_code asc, resumed_on asc
