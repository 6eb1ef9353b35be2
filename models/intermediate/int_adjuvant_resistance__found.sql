-- One row per patient whose first recurrence after (neo)adjuvant trastuzumab came
-- during it or within `adjuvant_resistance_months` after its last day, that day
-- included: primary resistance, dated at the recurrence (rs.2.16713/v2, Methods).
-- Trastuzumab is (neo)adjuvant if it began before metastatic disease. Example: last
-- dose 2013-01-31, recurrence on 2014-01-31 counts, on 2014-02-01 does not.
with

trastuzumab as (
    select
        treatments.patient_id,
        treatments.started_on,
        treatments.last_on
    from {{ ref('treatments') }} as treatments
    inner join {{ ref('int_metastatic_disease__dated') }} as metastatic
        on treatments.patient_id = metastatic.patient_id
    where treatments.drug_code = 'trastuzumab'
        and treatments.started_on < metastatic.metastatic_on
),

exposed as (
    select
        patient_id,
        min(started_on) as first_started_on
    from trastuzumab
    group by patient_id
),

recurrences as (
    select
        diagnoses.patient_id,
        diagnoses.diagnosed_on,
        diagnoses.source_row_id,
        row_number() over (
            partition by diagnoses.patient_id
            order by diagnoses.diagnosed_on, diagnoses.source_row_id
        ) as recurrence_no
    from {{ ref('diagnoses') }} as diagnoses
    inner join exposed on diagnoses.patient_id = exposed.patient_id
    where diagnoses.diagnosis_code in ('local_recurrence', 'metastatic')
        and diagnoses.diagnosed_on > exposed.first_started_on
),

ended as (
    select
        recurrences.patient_id,
        recurrences.diagnosed_on,
        recurrences.source_row_id,
        max(trastuzumab.last_on) as last_on
    from recurrences
    inner join trastuzumab
        on recurrences.patient_id = trastuzumab.patient_id
        and trastuzumab.started_on < recurrences.diagnosed_on
    where recurrences.recurrence_no = 1
    group by recurrences.patient_id, recurrences.diagnosed_on, recurrences.source_row_id
),

found as (
    select
        patient_id,
        diagnosed_on as resistance_on,
        last_on >= diagnosed_on as is_on_trastuzumab,
        source_row_id as deciding_row_id
    from ended
    where diagnosed_on
        <= {{ dbt.dateadd('month', rule('adjuvant_resistance_months'), 'last_on') }}
)

select * from found
