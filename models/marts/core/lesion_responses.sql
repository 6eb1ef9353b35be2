-- One row per study, patient, assessor and day of a lesion examination after time zero:
-- the response that the measurements themselves give by RECIST 1.1 (Eisenhauer 2009),
-- visit by visit. The baseline is each lesion's last measurement in the
-- `baseline_lesion_days` up to the study's time zero, because the response is to the
-- treatment begun then; a patient of two studies may have two. Sums are of all targets:
-- `measured_sum_mm` alone is given where one was not measured. Days after a progression
-- are kept; `best_responses` and `time_to_event` decide what still counts.
with

lesion_responses as (
    select
        study_id,
        patient_id,
        assessor_code,
        assessed_on,
        assessed_on_precision,
        n_targets,
        n_measured_targets,
        cast(measured_sum_mm as double) as measured_sum_mm,
        cast(
            case when n_measured_targets = n_targets then measured_sum_mm end as double
        ) as sum_mm,
        cast(baseline_sum_mm as double) as baseline_sum_mm,
        cast(nadir_mm as double) as nadir_mm,
        cast(
            case
                when n_measured_targets = n_targets
                    then measured_sum_mm - baseline_sum_mm
            end as double
        ) / nullif(cast(baseline_sum_mm as double), 0) as baseline_change_fraction,
        cast(measured_sum_mm - nadir_mm as double) / nullif(cast(nadir_mm as double), 0)
            as nadir_change_fraction,
        cast(measured_sum_mm - nadir_mm as double) as nadir_change_mm,
        target_response_code,
        nontarget_response_code,
        has_new_lesion,
        response_code,
        not_evaluable_reason,
        source_row_id
    from {{ ref('int_lesion_responses__derived') }}
    where study_id is not null
)

select * from lesion_responses
