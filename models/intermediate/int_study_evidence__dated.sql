-- One row per study, patient entered and record that can end or censor an endpoint.
-- Evidence after the study's cut-off is unknown; but whoever is seen alive or dead
-- after it was alive at it. `start` stands for the patient who has nothing else.
with

entries as (
    select
        study_id,
        patient_id,
        time_zero_on,
        cutoff_on
    from {{ ref('int_study_entries__united') }}
),

evidence as (
    select
        entries.study_id,
        entries.patient_id,
        evidence.source_kind,
        evidence.evidence_on,
        evidence.source_row_id
    from entries
    inner join {{ ref('int_endpoint_evidence__dated') }} as evidence
        on entries.patient_id = evidence.patient_id
    where evidence.evidence_on <= entries.cutoff_on

    union all

    select
        entries.study_id,
        entries.patient_id,
        'known_alive' as source_kind,
        entries.cutoff_on as evidence_on,
        max(evidence.source_row_id) as source_row_id
    from entries
    inner join {{ ref('int_endpoint_evidence__dated') }} as evidence
        on entries.patient_id = evidence.patient_id
    where evidence.evidence_on > entries.cutoff_on
        and evidence.source_kind in ('known_alive', 'death')
    group by entries.study_id, entries.patient_id, entries.cutoff_on

    union all

    select
        study_id,
        patient_id,
        'start' as source_kind,
        time_zero_on as evidence_on,
        'start' as source_row_id
    from entries
)

select * from evidence
