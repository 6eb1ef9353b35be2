-- One row per study, rule set, patient and day with a response that counts: the worst
-- of the day (PD, non-CR/non-PD, SD, PR, CR; NE only where nothing else was said),
-- since the overall response of an examination is that of its worst part (RECIST 1.1,
-- Table 1). From the start on, up to the end that the rule set names
-- (`response_until`): the first event or limit of progression-free survival, or the
-- first PD. Progression in the brain is PD.
with

rules as (
    select
        rule_set_id,
        response_from_day,
        response_until,
        non_cr_non_pd_as
    from {{ ref('int_response_rules__resolved') }}
),

followed as (
    select
        study_id,
        patient_id,
        rule_set_id,
        start_on
    from {{ ref('int_followups__asked') }}
    where endpoint_code = 'bor'
),

pfs_ends as (
    select
        rule_set_id,
        source_kind,
        from_day
    from {{ ref('int_endpoint_definitions__united') }}
    where endpoint_code = 'pfs'
        and role in ('event', 'limit')
),

evidence as (
    select
        followed.study_id,
        followed.rule_set_id,
        followed.patient_id,
        rules.response_from_day,
        evidence.evidence_on,
        evidence.source_row_id,
        case
            when evidence.response_code = 'NON_CR_NON_PD' then rules.non_cr_non_pd_as
            else evidence.response_code
        end as response_code,
        {{ dbt.datediff('followed.start_on', 'evidence.evidence_on', 'day') }}
            as day_no,
        (
            rules.response_until = 'first_pd'
            and evidence.response_code = 'PD'
            and {{ dbt.datediff('followed.start_on', 'evidence.evidence_on', 'day') }}
                >= rules.response_from_day
        )
        or (
            rules.response_until = 'pfs_end'
            and {{ dbt.datediff('followed.start_on', 'evidence.evidence_on', 'day') }}
                >= pfs_ends.from_day
        ) as is_end
    from followed
    inner join rules on followed.rule_set_id = rules.rule_set_id
    inner join {{ ref('int_study_evidence__dated') }} as evidence
        on followed.study_id = evidence.study_id
        and followed.rule_set_id = evidence.rule_set_id
        and followed.patient_id = evidence.patient_id
    left join pfs_ends
        on followed.rule_set_id = pfs_ends.rule_set_id
        and evidence.source_kind = pfs_ends.source_kind
),

ended as (
    select
        study_id, rule_set_id, patient_id, response_from_day, evidence_on,
        source_row_id, response_code, day_no,
        min(case when is_end then day_no end) over (
            partition by study_id, rule_set_id, patient_id
        ) as end_day_no
    from evidence
),

ranked as (
    select
        study_id, rule_set_id, patient_id, evidence_on, source_row_id, response_code,
        day_no,
        row_number() over (
            partition by study_id, rule_set_id, patient_id, evidence_on
            order by
                case when response_code = 'NE' then 1 else 0 end asc,
                {{ response_rank('response_code') }} desc,
                source_row_id asc
        ) as rank_of_day
    from ended
    where response_code is not null
        and day_no >= response_from_day
        and day_no <= coalesce(end_day_no, day_no)
),

responses as (
    select
        study_id, rule_set_id, patient_id, evidence_on as response_on, response_code,
        source_row_id, cast(day_no as integer) as day_no,
        row_number() over (
            partition by study_id, rule_set_id, patient_id order by evidence_on
        ) as response_no
    from ranked
    where rank_of_day = 1
)

select * from responses
