-- One row per study, rule set, patient and day with a response that counts: the worst
-- of the day (PD, non-CR/non-PD, SD, PR, CR; NE only where nothing else was said),
-- since the overall response of an examination is that of its worst part (RECIST 1.1,
-- Table 1). From the start on, up to the end that the rule set names
-- (`response_until`): the first event or limit of progression-free survival, or the
-- first PD. Progression in the brain is PD. Only for rule sets whose best response is
-- asked for or by which some endpoint begins at the first response.
with

needed as (
    select study_id, rule_set_id
    from {{ source('landing', 'study_endpoints') }}
    where endpoint_code = 'bor'
    union distinct
    select study_id, rule_set_id
    from {{ ref('int_followups__asked') }}
    where start_kind = 'first_response'
),

followed as (
    select
        asked.followup_id,
        asked.entry_id,
        asked.study_id,
        asked.patient_id,
        asked.rule_set_id,
        asked.start_on,
        rules.evidence_rule_set_id,
        rules.response_from_day,
        rules.response_until,
        rules.non_cr_non_pd_as
    from {{ ref('int_followups__asked') }} as asked
    inner join needed
        on asked.study_id = needed.study_id
        and asked.rule_set_id = needed.rule_set_id
    inner join {{ ref('int_response_rules__resolved') }} as rules
        on asked.rule_set_id = rules.rule_set_id
    where asked.endpoint_code = 'bor'
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
        followed.followup_id,
        followed.response_from_day,
        evidence.evidence_on,
        evidence.source_row_id,
        case
            when evidence.response_code = 'NON_CR_NON_PD' then followed.non_cr_non_pd_as
            else evidence.response_code
        end as response_code,
        {{ dbt.datediff('followed.start_on', 'evidence.evidence_on', 'day') }}
            as day_no,
        case followed.response_until
            when 'first_pd' then
                case when evidence.response_code = 'PD' then followed.response_from_day
                end
            when 'pfs_end' then pfs_ends.from_day
        end as ends_from_day
    from followed
    inner join {{ ref('int_study_evidence__dated') }} as evidence
        on followed.entry_id = evidence.entry_id
        and followed.evidence_rule_set_id = evidence.evidence_rule_set_id
    left join pfs_ends
        on followed.rule_set_id = pfs_ends.rule_set_id
        and evidence.source_kind = pfs_ends.source_kind
    where evidence.response_code is not null
        or pfs_ends.source_kind is not null
),

ended as (
    select
        followup_id, response_from_day, evidence_on, source_row_id, response_code,
        day_no,
        min(case when day_no >= ends_from_day then day_no end) over (
            partition by followup_id
        ) as end_day_no
    from evidence
),

ranked as (
    select
        followup_id, evidence_on, source_row_id, response_code, day_no,
        row_number() over (
            partition by followup_id, evidence_on
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
        followed.study_id, followed.rule_set_id, followed.patient_id,
        ranked.evidence_on as response_on, ranked.response_code, ranked.source_row_id,
        cast(ranked.day_no as integer) as day_no,
        row_number() over (
            partition by ranked.followup_id order by ranked.evidence_on
        ) as response_no
    from ranked
    inner join followed on ranked.followup_id = followed.followup_id
    where ranked.rank_of_day = 1
)

select * from responses
