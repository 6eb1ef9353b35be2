-- One row per landed row of `variants`, every delivery ever accepted; typed and coded.
-- The site sends one row per alteration found in a sample.
-- Declared in extract.yml; a value that cannot be read is null here and a row of
-- `unreadable_values` or `unmapped_values`.
with

source as (
    select * from {{ source('extract', 'variants') }}
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
        trim(gene) as gene,
        {{ code_of('alteration') }} as alteration_code,
        trim(variant_type) as variant_type,
        trim(genome_change) as genome_change,
        trim(coding_change) as coding_change,
        trim(protein_change) as protein_change,
        {{ integer_of('n_alt_reads') }} as n_alt_reads,
        {{ integer_of('n_ref_reads') }} as n_ref_reads,
        trim(origin) as origin
    from source
    {{- words_of({
        'alteration': 'alteration',
    }) }}
)

select * from typed
