-- One row per finding of a rule on biomarkers, as of a delivery of the site. Two tests
-- are of one tissue if they name the same sample; where one names none, if they are of
-- the same organ and no more than the limit apart. The rules: seed `record_rules`.
with

biomarkers as (
    select
        {{ row_columns() }},
        staged.marker_code,
        staged.method_code,
        staged.tested_on,
        staged.result_code,
        staged.score_code,
        staged.value,
        coalesce(lower(staged.unit), '%') as unit,
        staged.sample_no,
        staged.organ_code
    {{ from_states('biomarkers') }}
),

her2_pairs as (
    -- once, also where a site sends the other test twice
    select distinct
        ihc.site_id,
        ihc.as_of_on,
        ihc.patient_id,
        ihc.record_id,
        ihc.source_row_id,
        ihc.score_code,
        fish.result_code
    from biomarkers as ihc
    inner join biomarkers as fish
        on ihc.patient_id = fish.patient_id
        and ihc.as_of_on = fish.as_of_on
        and (
            ihc.sample_no = fish.sample_no
            or (
                coalesce(ihc.sample_no, fish.sample_no) is null
                and coalesce(ihc.organ_code, 'none') = coalesce(fish.organ_code, 'none')
                and fish.tested_on between {{ days_after(
                    'ihc.tested_on', 'biomarkers.her2_3_fish_negative', '-'
                ) }}
                and {{ days_after('ihc.tested_on', 'biomarkers.her2_3_fish_negative') }}
            )
        )
    where ihc.marker_code = 'her2'
        and ihc.method_code = 'ihc'
        and fish.marker_code = 'her2'
        and fish.method_code = 'fish'
),

findings as (
    {{ finding('biomarkers.her2_3_fish_negative', 'score', 'score_code',
        related='result', related_value='result_code') }}
    from her2_pairs
    where score_code = '3+' and result_code = 'negative'
    union all
    {{ finding('biomarkers.her2_low_fish_positive', 'score', 'score_code',
        related='result', related_value='result_code') }}
    from her2_pairs
    where score_code {{ in_group('low_ihc_score') }} and result_code = 'positive'
    union all
    {{ finding('biomarkers.score_outside_ihc', 'score', 'score_code',
        related='method', related_value='method_code') }}
    from biomarkers
    where score_code is not null and method_code {{ in_group('in_situ_method') }}
    union all
    {{ finding('biomarkers.her2_score_against_result', 'result', 'result_code',
        related='score', related_value='score_code') }}
    from biomarkers
    where marker_code = 'her2'
        and coalesce(method_code, 'ihc') = 'ihc'
        and (
            (score_code = '3+' and result_code = 'negative')
            or (score_code {{ in_group('low_ihc_score') }} and result_code = 'positive')
        )
    union all
    {{ finding('biomarkers.percentage_out_of_range', 'value') }}
    from biomarkers
    where (marker_code = 'ki67' or marker_code {{ in_group('hormone_receptor') }})
        and unit = '%'
        and (
            value < 0 or value > {{ limit_of('biomarkers.percentage_out_of_range') }}
        )
    union all
    {{ finding('biomarkers.value_against_result', 'result', 'result_code',
        related='value') }}
    from biomarkers
    where marker_code {{ in_group('hormone_receptor') }} and unit = '%'
        and (
            (result_code = 'positive' and value = 0)
            or (
                result_code = 'negative'
                and value >= {{ limit_of('biomarkers.value_against_result') }}
            )
        )
    union all
    {{ finding('biomarkers.ratio_against_result', 'result', 'result_code',
        related='value') }}
    from biomarkers
    where marker_code = 'her2' and method_code {{ in_group('in_situ_method') }}
        and (unit like '%ratio%' or unit like '%比值%')
        and result_code = 'negative'
        and value > {{ limit_of('biomarkers.ratio_against_result', 'double') }}
)

select * from findings
