-- One row per finding of a rule on diagnoses, as of a delivery of the site. Only lung,
-- liver, bone and brain are surely distant: other organs may be regional disease.
-- The rules: seed `record_rules`.
with

diagnoses as (
    select
        {{ row_columns() }},
        staged.diagnosis_code,
        staged.diagnosed_on,
        staged.diagnosed_on_precision,
        staged.stage_code
    {{ from_states('diagnoses') }}
),

metastases as (
    select
        staged.patient_id,
        deliveries.as_of_on,
        staged.organ_code {{ in_organs("metastatic_site_group <> 'other'") }}
            as is_distant,
        {{ latest('staged.detected_on') }} as by_on
    {{ from_states('metastases') }}
),

findings as (
    {{ finding('diagnoses.undated', 'diagnosed_on', related='diagnosis',
        related_value='diagnosis_code') }}
    from diagnoses
    where diagnosed_on is null
    union all
    {{ finding('diagnoses.metastatic_before_primary', 'diagnosed_on',
        related='diagnoses.diagnosed_on', related_value='primary_text') }}
    from diagnoses
    where diagnosis_code = 'metastatic'
        and {{ days_after(
            latest('diagnosed_on'), 'diagnoses.metastatic_before_primary'
        ) }} < primary_from_on
    union all
    {{ finding('diagnoses.stage_against_metastases', 'stage', 'stage_code',
        related='diagnosed_on') }}
    from diagnoses
    where diagnosis_code = 'primary'
        and stage_code not in ('IV', 'X')
        and exists (
            select 1
            from metastases
            where metastases.patient_id = diagnoses.patient_id
                and metastases.as_of_on = diagnoses.as_of_on
                and metastases.is_distant
                and metastases.by_on <= {{ earliest('diagnoses.diagnosed_on') }}
        )
    union all
    {{ finding('diagnoses.stage_iv_without_metastases', 'stage', 'stage_code') }}
    from diagnoses
    where diagnosis_code = 'primary'
        and stage_code = 'IV'
        and n_metastatic = 0
        and not exists (
            select 1
            from metastases
            where metastases.patient_id = diagnoses.patient_id
                and metastases.as_of_on = diagnoses.as_of_on
        )
)

select * from findings
