-- One row per landed row of `milestones`, every delivery ever accepted; typed and
-- coded. The site sends one row per dated event that is no examination: randomisation,
-- stop of treatment, clinical progression, death. Declared in extract.yml; a value that
-- cannot be read is null here and a row of `unreadable_values` or `unmapped_values`.
with

source as (
    select * from {{ source('extract', 'milestones') }}
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
        {{ code_of('milestone') }} as milestone_code,
        {{ date_of('occurred_on') }} as occurred_on,
        {{ precision_of('occurred_on') }} as occurred_on_precision,
        {{ code_of('reason') }} as reason_code,
        trim(cause) as cause
    from source
    {{- words_of({
        'milestone': 'milestone',
        'reason': 'stop_reason',
    }) }}
)

select * from typed
