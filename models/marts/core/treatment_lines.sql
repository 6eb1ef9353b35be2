-- One row per patient and line of systemic treatment for metastatic disease.
-- A line holds chemotherapy or anti-HER2 drugs; endocrine therapy, bone agents,
-- radiotherapy and surgery open none. It ends the day before the next line's first
-- drug, at the latest with the last end of its drugs. Beside our number stands the
-- site's own, as its rows of drugs begun in the line carry it; sites count differently
-- (maintenance, endocrine therapy), so a difference is shown and is no error by itself.
with

anchors as (
    select
        patient_id,
        line_no,
        anchor_on,
        next_anchor_on
    from {{ ref('int_lines__anchored') }}
),

drugs as (
    select
        patient_id,
        line_no,
        drug_code,
        last_on
    from {{ ref('treatment_line_drugs') }}
),

regimens as (
    select
        patient_id,
        line_no,
        {{ dbt.listagg('drug_code', "' + '", 'order by drug_code') }} as regimen,
        count(*) as n_drugs,
        max(last_on) as last_on
    from drugs
    group by patient_id, line_no
),

numbered_by_site as (
    select
        drugs.patient_id,
        drugs.line_no,
        min(treatments.sent_line_no) as sent_line_no,
        max(treatments.sent_line_no) as last_sent_line_no
    from anchors
    inner join drugs
        on anchors.patient_id = drugs.patient_id
        and anchors.line_no = drugs.line_no
    inner join {{ ref('treatments') }} as treatments
        on drugs.patient_id = treatments.patient_id
        and drugs.drug_code = treatments.drug_code
        and anchors.anchor_on <= treatments.started_on
        and coalesce(anchors.next_anchor_on, cast('9999-12-31' as date))
            > treatments.started_on
    group by drugs.patient_id, drugs.line_no
),

treatment_lines as (
    select
        anchors.patient_id,
        anchors.line_no,
        anchors.anchor_on,
        anchors.next_anchor_on,
        case
            when anchors.next_anchor_on <= regimens.last_on
                then cast(
                    {{ dbt.dateadd('day', -1, 'anchors.next_anchor_on') }} as date
                )
            else regimens.last_on
        end as ended_on,
        regimens.regimen,
        regimens.n_drugs,
        numbered_by_site.sent_line_no,
        numbered_by_site.sent_line_no = anchors.line_no
        and numbered_by_site.last_sent_line_no = anchors.line_no as is_line_no_as_sent
    from anchors
    inner join regimens
        on anchors.patient_id = regimens.patient_id
        and anchors.line_no = regimens.line_no
    left join numbered_by_site
        on anchors.patient_id = numbered_by_site.patient_id
        and anchors.line_no = numbered_by_site.line_no
)

select * from treatment_lines
