-- One row per drug of a landed drug row, newest delivery of the site; a regimen's short
-- name (TCH, XH) becomes its drugs (seed `regimen_drugs`). `last_on` is the day the
-- course is taken to end: the recorded end; the day of the delivery where the drug is
-- marked as ongoing (not where dates are offsets: a delivery has no place on that
-- scale); else the first day. Unmapped drugs keep their row, without a code.
with

regimens as (
    select
        regimen_code,
        drug_code
    from {{ ref('regimen_drugs') }}
),

drugs as (
    select
        drug_code,
        drug_class,
        drug_group
    from {{ ref('drugs') }}
),

drug_rows as (
    select
        staged.patient_id,
        staged.site_id,
        staged.record_id,
        staged.source_row_id,
        staged.delivered_on,
        staged.date_basis,
        staged.drug_code as sent_code,
        staged.started_on,
        staged.started_on_precision,
        staged.ended_on,
        staged.ended_on_precision,
        staged.is_ongoing,
        staged.line_no as sent_line_no,
        staged.setting_code,
        staged.dose,
        staged.dose_unit,
        staged.n_cycles,
        staged.stop_reason_code
    {{ from_current('treatments') }}
),

treatments as (
    select
        {{ dbt.concat([
            "drug_rows.source_row_id",
            "'.'",
            "coalesce(regimens.drug_code, drug_rows.sent_code, 'unmapped')",
        ]) }} as treatment_id,
        drug_rows.patient_id,
        drug_rows.site_id,
        drug_rows.record_id,
        drug_rows.source_row_id,
        coalesce(regimens.drug_code, drug_rows.sent_code) as drug_code,
        drugs.drug_class,
        drugs.drug_group,
        drug_rows.started_on,
        drug_rows.started_on_precision,
        drug_rows.ended_on,
        drug_rows.ended_on_precision,
        drug_rows.is_ongoing,
        case
            when drug_rows.ended_on >= drug_rows.started_on then drug_rows.ended_on
            when drug_rows.ended_on is null
                and drug_rows.is_ongoing
                and drug_rows.date_basis = 'calendar'
                then drug_rows.delivered_on
            else drug_rows.started_on
        end as last_on,
        drug_rows.sent_line_no,
        drug_rows.setting_code,
        drug_rows.dose,
        drug_rows.dose_unit,
        drug_rows.n_cycles,
        drug_rows.stop_reason_code
    from drug_rows
    left join regimens on drug_rows.sent_code = regimens.regimen_code
    left join drugs
        on coalesce(regimens.drug_code, drug_rows.sent_code) = drugs.drug_code
)

select * from treatments
