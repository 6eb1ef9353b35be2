-- One row per landed row of `biomarkers`, every delivery ever accepted; typed and
-- coded. The site sends one row per biomarker result. Declared in extract.yml; a value
-- that cannot be read is null here and a row of `unreadable_values` or
-- `unmapped_values`.
with

source as (
    select * from {{ source('extract', 'biomarkers') }}
),

typed as (
    select
        patient_id,
        record_id,
        source_row_id,
        site_id,
        {{ date_of('delivered_on') }} as delivered_on,
        delivery_kind,
        row_action,
        date_basis,
        source_file,
        source_sheet,
        source_line,
        file_sha256,
        {{ code_of('marker') }} as marker_code,
        {{ code_of('method') }} as method_code,
        {{ date_of('tested_on') }} as tested_on,
        {{ precision_of('tested_on') }} as tested_on_precision,
        {{ code_of('result') }} as result_code,
        {{ code_of('score') }} as score_code,
        {{ number_of('value') }} as value,
        trim(unit) as unit,
        trim(sample_no) as sample_no,
        {{ code_of('organ') }} as organ_code
    from source
    {{- words_of({
        'marker': 'marker',
        'method': 'biomarker_method',
        'result': 'biomarker_result',
        'score': 'ihc_score',
        'organ': 'organ',
    }) }}
)

select * from typed
