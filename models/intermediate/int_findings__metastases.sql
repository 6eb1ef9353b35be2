-- One row per finding of a rule on organs with metastases, as of a delivery of the
-- site. What a site sends no table of is not missed in it. The rules: seed
-- `record_rules`.
with

assessed as (
    select distinct
        site_id,
        as_of_on
    from {{ ref('int_deliveries__in_effect') }}
    where table_name = 'assessments'
),

-- stage IV at diagnosis says as much as a metastatic diagnosis
stage_iv as (
    select
        staged.patient_id,
        deliveries.as_of_on
    {{ from_states('diagnoses') }}
        and staged.stage_code = 'IV'
),

metastases as (
    select
        {{ row_columns() }},
        staged.organ_code,
        (
            select organs.metastatic_site_group
            from {{ ref('organs') }} as organs
            where organs.organ_code = staged.organ_code
        ) as site_group,
        staged.detected_on,
        staged.detected_on_precision,
        {{ earliest('staged.detected_on') }} as from_on,
        {{ latest('staged.detected_on') }} as by_on,
        staged.n_lesions,
        staged.modality_code
    {{ from_states('metastases') }}
),

brain_scans as (
    select
        {{ row_columns() }},
        {{ earliest('staged.assessed_on') }} as from_on,
        {{ latest('staged.assessed_on') }} as by_on
    {{ from_states('assessments') }}
        and staged.modality_code in (
            select modalities.modality_code
            from {{ ref('modalities') }} as modalities
            where modalities.shows_brain_lesions
        )
        and (
            coalesce(staged.region_code, 'whole_body') = 'whole_body'
            or staged.region_code {{ in_organs('is_cns') }}
        )
),

imaged as (
    select
        metastases.as_of_on,
        metastases.source_row_id
    from metastases
    inner join brain_scans
        on metastases.patient_id = brain_scans.patient_id
        and metastases.as_of_on = brain_scans.as_of_on
    where metastases.site_group = 'brain'
        and coalesce(brain_scans.by_on >= {{ days_after(
            'metastases.from_on', 'metastases.brain_without_imaging', '-'
        ) }}, true)
        and coalesce(brain_scans.from_on <= {{ days_after(
            'metastases.by_on', 'metastases.brain_without_imaging'
        ) }}, true)
),

findings as (
    {{ finding('metastases.before_primary', 'detected_on',
        related='diagnoses.diagnosed_on', related_value='primary_text') }}
    from metastases
    where {{ days_after('by_on', 'metastases.before_primary') }} < primary_from_on
    union all
    {{ finding('metastases.without_diagnosis', 'organ', 'organ_code') }}
    from metastases
    where coalesce(n_metastatic, 0) = 0
        and site_group <> 'other'
        and not exists (
            select 1
            from stage_iv
            where stage_iv.patient_id = metastases.patient_id
                and stage_iv.as_of_on = metastases.as_of_on
        )
    union all
    {{ finding('metastases.count_not_positive', 'n_lesions') }}
    from metastases
    where n_lesions < {{ limit_of('metastases.count_not_positive') }}
    union all
    {{ finding('metastases.bone_scan_outside_bone', 'modality', 'modality_code',
        related='organ', related_value='organ_code') }}
    from metastases
    where modality_code = 'bone_scan' and organ_code <> 'bone'
    union all
    {{ finding('metastases.brain_without_imaging', 'organ', 'organ_code',
        related='detected_on') }}
    from metastases
    where site_group = 'brain'
        and coalesce(modality_code, 'none') not in ('ct', 'mri', 'pathology')
        and exists (
            select 1
            from assessed
            where assessed.site_id = metastases.site_id
                and assessed.as_of_on = metastases.as_of_on
        )
        and not exists (
            select 1
            from imaged
            where imaged.source_row_id = metastases.source_row_id
                and imaged.as_of_on = metastases.as_of_on
        )
)

select * from findings
