-- One row per finding of a rule on operations and radiotherapy, as of a delivery of
-- the site. What a site sends no table of is not missed in it. The rules: seed
-- `record_rules`.
with

procedures as (
    select
        {{ row_columns() }},
        staged.procedure_code,
        staged.started_on,
        staged.started_on_precision,
        staged.ended_on,
        staged.ended_on_precision,
        staged.region_code,
        staged.dose_gy
    {{ from_states('procedures') }}
),

metastases as (
    select
        {{ row_columns() }},
        staged.organ_code
    {{ from_states('metastases') }}
),

findings as (
    {{ finding('procedures.ended_before_started', 'ended_on', related='started_on') }}
    from procedures
    where {{ latest('ended_on') }} < {{ earliest('started_on') }}
    union all
    {{ finding('procedures.after_death', 'started_on',
        related='milestones.occurred_on', related_value='died_text') }}
    from procedures
    where procedure_code {{ in_group('local_procedure') }}
        and {{ earliest('started_on') }} > died_by_on
    union all
    {{ finding('procedures.dose_implausible', 'dose_gy') }}
    from procedures
    where dose_gy <= 0 or dose_gy > {{ limit_of('procedures.dose_implausible') }}
    union all
    {{ finding('procedures.dose_without_radiotherapy', 'dose_gy',
        related='procedure', related_value='procedure_code') }}
    from procedures
    where dose_gy is not null and procedure_code <> 'radiotherapy'
    union all
    {{ finding('procedures.brain_without_metastasis', 'region', 'region_code',
        related='procedure', related_value='procedure_code') }}
    from procedures
    where procedure_code = 'radiotherapy'
        and region_code {{ in_organs('is_cns') }}
        and exists (
            select 1
            from metastases
            where metastases.site_id = procedures.site_id
                and metastases.as_of_on = procedures.as_of_on
        )
        and not exists (
            select 1
            from metastases
            where metastases.patient_id = procedures.patient_id
                and metastases.as_of_on = procedures.as_of_on
                and metastases.organ_code {{ in_organs('is_cns') }}
        )
)

select * from findings
