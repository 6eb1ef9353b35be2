-- One row per landed row of `samples`, every delivery ever accepted; typed and coded.
-- The site sends one row per tissue or blood sample.
-- Declared in extract.yml; a value that cannot be read is null here and a row of
-- `unreadable_values` or `unmapped_values`.
with

source as (
    select * from {{ source('extract', 'samples') }}
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
        trim(sample_no) as sample_no,
        {{ date_of('collected_on') }} as collected_on,
        {{ precision_of('collected_on') }} as collected_on_precision,
        {{ date_of('sequenced_on') }} as sequenced_on,
        {{ precision_of('sequenced_on') }} as sequenced_on_precision,
        {{ code_of('sample_kind') }} as sample_kind_code,
        {{ code_of('organ') }} as organ_code,
        trim(histology) as histology,
        trim(panel) as panel,
        {{ number_of('tumour_purity_fraction') }} as tumour_purity_fraction,
        {{ number_of('mutations_per_mb') }} as mutations_per_mb,
        {{ number_of('genome_altered_fraction') }} as genome_altered_fraction
    from source
    {{- words_of({
        'sample_kind': 'sample_kind',
        'organ': 'organ',
    }) }}
)

select * from typed
