-- One row per patient and line of systemic treatment for metastatic disease.
-- A line holds chemotherapy or anti-HER2 drugs; endocrine therapy, bone agents,
-- radiotherapy and surgery open none. It ends the day before the next line's first
-- drug, at the latest with the last end of its drugs.
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
        regimens.n_drugs
    from anchors
    inner join regimens
        on anchors.patient_id = regimens.patient_id
        and anchors.line_no = regimens.line_no
)

select * from treatment_lines
