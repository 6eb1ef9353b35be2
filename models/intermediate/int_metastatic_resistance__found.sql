-- One row per patient and line in which metastatic disease progressed on trastuzumab.
-- The line's first progression counts if it comes after trastuzumab's start in the
-- line, up to the next line's first day, and at most `on_treatment_days` after
-- trastuzumab's last end. The first evaluable scan in between decides: response or
-- stable disease -> secondary; progression, or no such scan -> primary within
-- `metastatic_resistance_months` of the start, that day included; later -> cannot tell
-- (rs.2.16713/v2, Methods; study.md).
with

on_trastuzumab as (
    select
        drugs.patient_id,
        drugs.line_no,
        drugs.started_on,
        drugs.last_on,
        anchors.next_anchor_on
    from {{ ref('treatment_line_drugs') }} as drugs
    inner join {{ ref('int_lines__anchored') }} as anchors
        on drugs.patient_id = anchors.patient_id
        and drugs.line_no = anchors.line_no
    where drugs.drug_code = 'trastuzumab'
),

progressions as (
    select
        on_trastuzumab.patient_id,
        on_trastuzumab.line_no,
        on_trastuzumab.started_on,
        on_trastuzumab.last_on,
        progressions.progressed_on,
        progressions.source_row_id,
        row_number() over (
            partition by on_trastuzumab.patient_id, on_trastuzumab.line_no
            order by progressions.progressed_on, progressions.source_row_id
        ) as progression_no
    from on_trastuzumab
    inner join {{ ref('progressions') }} as progressions
        on on_trastuzumab.patient_id = progressions.patient_id
        and progressions.progressed_on > on_trastuzumab.started_on
        and (
            on_trastuzumab.next_anchor_on is null
            or progressions.progressed_on <= on_trastuzumab.next_anchor_on
        )
),

failed as (
    select
        patient_id,
        line_no,
        started_on,
        progressed_on,
        source_row_id
    from progressions
    where progression_no = 1
        and {{ dbt.datediff('last_on', 'progressed_on', 'day') }}
            <= {{ rule('on_treatment_days') }}
),

scans as (
    select
        failed.patient_id,
        failed.line_no,
        assessments.assessed_on,
        -- several scans of one day are one assessment: progression on any one counts
        max(case when assessments.response_code = 'PD' then 1 else 0 end) as is_pd,
        row_number() over (
            partition by failed.patient_id, failed.line_no
            order by assessments.assessed_on
        ) as scan_no
    from failed
    inner join {{ ref('tumour_assessments') }} as assessments
        on failed.patient_id = assessments.patient_id
        and assessments.assessed_on > failed.started_on
        and assessments.assessed_on <= failed.progressed_on
    where assessments.is_adequate
    group by failed.patient_id, failed.line_no, assessments.assessed_on
),

found as (
    select
        failed.patient_id,
        failed.line_no,
        failed.progressed_on as resistance_on,
        case
            when scans.is_pd = 0 then 'secondary'
            when failed.progressed_on <= {{ dbt.dateadd(
                'month', rule('metastatic_resistance_months'), 'failed.started_on'
            ) }} then 'primary'
            else 'cannot tell'
        end as resistance_code,
        failed.source_row_id as deciding_row_id
    from failed
    left join scans
        on failed.patient_id = scans.patient_id
        and failed.line_no = scans.line_no
        and scans.scan_no = 1
)

select * from found
