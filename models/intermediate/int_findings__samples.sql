-- One row per finding of a rule on samples and the alterations found in them, as of a
-- delivery of the site. The rules: seed `record_rules`.
with

samples as (
    select
        {{ row_columns() }},
        staged.sample_no,
        staged.collected_on,
        staged.collected_on_precision,
        staged.sequenced_on,
        staged.sequenced_on_precision,
        staged.tumour_purity_fraction
    {{ from_states('samples') }}
),

variants as (
    select
        {{ row_columns() }},
        staged.sample_no
    {{ from_states('variants') }}
),

findings as (
    {{ finding('samples.sequenced_before_collected', 'sequenced_on',
        related='collected_on') }}
    from samples
    where {{ latest('sequenced_on') }} < {{ earliest('collected_on') }}
    union all
    {{ finding('samples.fraction_out_of_range', 'tumour_purity_fraction') }}
    from samples
    where tumour_purity_fraction < 0
        or tumour_purity_fraction > {{ limit_of('samples.fraction_out_of_range') }}
    union all
    {{ finding('variants.sample_missing', 'sample_no') }}
    from variants
    where not exists (
        select 1
        from samples
        where samples.patient_id = variants.patient_id
            and samples.as_of_on = variants.as_of_on
            and samples.sample_no = variants.sample_no
    )
)

select * from findings
