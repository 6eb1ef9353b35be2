-- One row per patient with resistance to trastuzumab: the first in time, adjuvant or
-- metastatic, with the record that decides it. `cannot tell`: the disease progressed on
-- trastuzumab too late for primary resistance and without an earlier scan that would
-- show response or stabilisation.
with

adjuvant as (
    select
        patient_id,
        resistance_on,
        is_on_trastuzumab,
        deciding_row_id
    from {{ ref('int_adjuvant_resistance__found') }}
),

metastatic as (
    select
        patient_id,
        resistance_on,
        line_no,
        resistance_code,
        deciding_row_id
    from {{ ref('int_metastatic_resistance__found') }}
),

united as (
    select
        patient_id,
        resistance_on,
        'adjuvant' as resistance_setting,
        'primary' as resistance_code,
        is_on_trastuzumab,
        0 as line_no,
        deciding_row_id
    from adjuvant

    union all

    select
        patient_id,
        resistance_on,
        'metastatic' as resistance_setting,
        resistance_code,
        true as is_on_trastuzumab,
        line_no,
        deciding_row_id
    from metastatic
),

ranked as (
    select
        patient_id,
        resistance_on,
        resistance_setting,
        resistance_code,
        is_on_trastuzumab,
        line_no,
        deciding_row_id,
        row_number() over (
            partition by patient_id
            order by resistance_on, line_no
        ) as resistance_no
    from united
),

trastuzumab_resistances as (
    select
        patient_id,
        resistance_on,
        resistance_setting,
        resistance_code,
        is_on_trastuzumab,
        line_no,
        deciding_row_id
    from ranked
    where resistance_no = 1
)

select * from trastuzumab_resistances
