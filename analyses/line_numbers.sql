-- Lines of treatment that the site numbers otherwise than the drug rows do: its number,
-- ours, and the line before, which often says why (maintenance counted as a line, drugs
-- before the metastatic diagnosis counted).
-- oncohort sql line_numbers
with lines as (
    select
        patients.site_id,
        lines.patient_id,
        lines.line_no,
        lines.sent_line_no,
        lines.is_line_no_as_sent,
        lines.anchor_on,
        lines.regimen,
        lag(lines.regimen) over (
            partition by lines.patient_id
            order by lines.line_no
        ) as regimen_before
    from core.treatment_lines as lines
    inner join core.patients as patients on lines.patient_id = patients.patient_id
)

select
    site_id,
    patient_id,
    line_no,
    sent_line_no,
    anchor_on,
    regimen,
    regimen_before
from lines
where not is_line_no_as_sent
order by site_id, patient_id, line_no
