-- One row per lesion examination in the `baseline_lesion_days` up to time zero, with
-- the verdict whether it is measurable (RECIST 1.1, section 3.1; study.md, criterion
-- 9). Measurable: recorded as such, or longest diameter (lymph node: short axis) large
-- enough. A bone lesion needs a soft-tissue part; a brain lesion, where the brain was
-- irradiated before time zero, needs CNS progression after the last irradiation began.
with

index_lines as (
    select
        patient_id,
        time_zero_on
    from {{ ref('lx_vs_tbp__index_lines') }}
),

organs as (
    select
        organ_code,
        is_cns,
        is_node
    from {{ ref('organs') }}
),

brain_irradiation as (
    select
        procedures.patient_id,
        max(procedures.started_on) as irradiated_on
    from {{ ref('procedures') }} as procedures
    inner join organs on procedures.region_code = organs.organ_code
    inner join index_lines
        on procedures.patient_id = index_lines.patient_id
        and procedures.started_on < index_lines.time_zero_on
    where procedures.procedure_code = 'radiotherapy'
        and organs.is_cns
    group by procedures.patient_id
),

brain_progression as (
    select
        index_lines.patient_id,
        max(progressions.progressed_on) as progressed_on
    from index_lines
    inner join {{ ref('progressions') }} as progressions
        on index_lines.patient_id = progressions.patient_id
        and progressions.progressed_on <= index_lines.time_zero_on
    where progressions.progression_kind = 'cns_progression'
    group by index_lines.patient_id
),

measured as (
    select
        lesions.patient_id,
        lesions.source_row_id,
        lesions.organ_code,
        lesions.assessed_on,
        lesions.has_soft_tissue,
        coalesce(organs.is_cns, false) as is_cns,
        coalesce(lesions.is_measurable, false)
        or case
            when organs.is_node
                then lesions.short_axis_mm >= {{ rule('measurable_node_mm') }}
            else lesions.longest_diameter_mm >= {{ rule('measurable_diameter_mm') }}
        end as is_large_enough
    from {{ ref('lesions') }} as lesions
    inner join index_lines on lesions.patient_id = index_lines.patient_id
    left join organs on lesions.organ_code = organs.organ_code
    where lesions.assessed_on <= index_lines.time_zero_on
        and {{ dbt.datediff('lesions.assessed_on', 'index_lines.time_zero_on', 'day') }}
            <= {{ rule('baseline_lesion_days') }}
),

baseline_lesions as (
    select
        measured.patient_id,
        measured.source_row_id,
        measured.organ_code,
        measured.assessed_on,
        coalesce(measured.is_large_enough, false)
        and case
            when measured.organ_code = 'bone'
                then coalesce(measured.has_soft_tissue, false)
            when measured.is_cns and brain_irradiation.patient_id is not null
                then coalesce(
                    brain_progression.progressed_on > brain_irradiation.irradiated_on,
                    false
                )
            else true
        end as is_measurable
    from measured
    left join brain_irradiation on measured.patient_id = brain_irradiation.patient_id
    left join brain_progression on measured.patient_id = brain_progression.patient_id
)

select * from baseline_lesions
