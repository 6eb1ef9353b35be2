-- One row per patient in the cohort: age, menopause, hormone receptors, stage and
-- earlier treatment at time zero. Nothing dated after time zero is used. Age: a partial
-- birth date gives a youngest and an oldest possible age; where they fall on both sides
-- of the boundary the age group is unknown.
with

entries as (
    select
        entries.patient_id,
        entries.time_zero_on,
        metastatic.metastatic_on
    from {{ ref('lx_vs_tbp__entries') }} as entries
    inner join {{ ref('int_metastatic_disease__dated') }} as metastatic
        on entries.patient_id = metastatic.patient_id
),

births as (
    select
        entries.patient_id,
        entries.time_zero_on,
        patients.menopausal_status_code,
        patients.menopausal_status_on,
        patients.birth_on,
        patients.birth_on_precision
    from entries
    inner join {{ ref('patients') }} as patients
        on entries.patient_id = patients.patient_id
),

ages as (
    select
        patient_id,
        case
            when birth_on_precision = 'day'
                then cast({{ completed_years('birth_on', 'time_zero_on') }} as bigint)
        end as age_years,
        {{ age_group('lx_vs_tbp', 'birth_on', 'birth_on_precision', 'time_zero_on') }}
            as age_group,
        case
            when menopausal_status_on > time_zero_on then null
            when menopausal_status_code = 'perimenopausal' then 'premenopausal'
            else menopausal_status_code
        end as menopausal_status
    from births
),

receptors as (
    select
        entries.patient_id,
        max(case when biomarkers.result_code = 'positive' then 1 else 0 end)
            as n_positive,
        count(distinct case
            when biomarkers.result_code {{ in_group('clear_result') }}
                then biomarkers.marker_code
        end) as n_known_receptors
    from entries
    inner join {{ ref('biomarkers') }} as biomarkers
        on entries.patient_id = biomarkers.patient_id
        and biomarkers.tested_on <= entries.time_zero_on
    where biomarkers.marker_code {{ in_group('hormone_receptor') }}
    group by entries.patient_id
),

stages as (
    select
        entries.patient_id,
        max(case
            when diagnoses.stage_code {{ in_group('first_stage') }} then 1 else 0
        end) as is_stage_i
    from entries
    inner join {{ ref('diagnoses') }} as diagnoses
        on entries.patient_id = diagnoses.patient_id
        and diagnoses.diagnosed_on <= entries.time_zero_on
    where diagnoses.diagnosis_code = 'primary'
    group by entries.patient_id
),

demographics as (
    select
        ages.patient_id,
        ages.age_years,
        ages.age_group,
        coalesce(ages.menopausal_status, 'unknown') as menopausal_status,
        case
            when receptors.n_positive = 1 then 'positive'
            when receptors.n_known_receptors = 2 then 'negative'
            else 'unknown'
        end as hr_status,
        coalesce(stages.is_stage_i, 0) = 1 as is_stage_i_at_diagnosis
    from ages
    left join receptors on ages.patient_id = receptors.patient_id
    left join stages on ages.patient_id = stages.patient_id
)

select * from demographics
