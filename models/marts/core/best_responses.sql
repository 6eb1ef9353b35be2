-- One row per patient, study and rule set: best overall response from time zero to the
-- PFS date (RECIST 1.1; the paper states neither confirmation nor a minimum duration of
-- stable disease, so the default rule set has none). CR > PR > SD > PD > NE;
-- non-CR/non-PD counts as SD; progression in the brain counts as PD. No evaluable scan:
-- NE, also where the patient died or progressed clinically.
with

followed as (
    select
        patient_id,
        study_id,
        rule_set_id,
        start_on,
        end_on
    from {{ ref('time_to_event') }}
    where endpoint_code = 'pfs'
),

responses as (
    select
        patient_id,
        assessed_on as response_on,
        case when response_code = 'NON_CR_NON_PD' then 'SD' else response_code end
            as response_code,
        source_row_id
    from {{ ref('tumour_assessments') }}
    where is_adequate

    union all

    select
        patient_id,
        progressed_on as response_on,
        'PD' as response_code,
        source_row_id
    from {{ ref('progressions') }}
    where progression_kind = 'cns_progression'
),

ranked as (
    select
        followed.patient_id,
        followed.study_id,
        followed.rule_set_id,
        responses.response_code,
        responses.response_on,
        responses.source_row_id,
        row_number() over (
            partition by followed.patient_id, followed.study_id, followed.rule_set_id
            order by
                case responses.response_code
                    when 'CR' then 1
                    when 'PR' then 2
                    when 'SD' then 3
                    else 4
                end,
                responses.response_on,
                responses.source_row_id
        ) as response_no
    from followed
    inner join responses
        on followed.patient_id = responses.patient_id
        and responses.response_on > followed.start_on
        and responses.response_on <= followed.end_on
),

best_responses as (
    select
        followed.patient_id,
        followed.study_id,
        followed.rule_set_id,
        false as is_confirmed,
        coalesce(ranked.response_code, 'NE') as response_code,
        ranked.response_on,
        ranked.source_row_id as deciding_row_id
    from followed
    left join ranked
        on followed.patient_id = ranked.patient_id
        and followed.study_id = ranked.study_id
        and followed.rule_set_id = ranked.rule_set_id
        and ranked.response_no = 1
)

select * from best_responses
