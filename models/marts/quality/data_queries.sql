-- One row per data query: what a rule found in one field of one record of a site, over
-- all its deliveries. It is open; answered by the site, or accepted as correct; closed
-- when the newest state lacks it; reopened when it came back after a state that lacked
-- it. An answer from before that gap was to the query of that time and does not count.
with

followed as (
    select
        query_id,
        site_id,
        rule_id,
        table_name,
        field,
        patient_id,
        record_id,
        source_row_id,
        value,
        related_field,
        related_value,
        first_seen_on,
        last_seen_on,
        last_gap_on,
        n_deliveries,
        is_found_now
    from {{ ref('int_queries__followed') }}
),

issued as (
    select
        query_id,
        min({{ date_of('issued_on') }}) as issued_on
    from {{ source('landing', 'issued_queries') }}
    group by query_id
),

answers as (
    select
        answers.query_id,
        {{ date_of('answers.answered_on') }} as answered_on,
        answers.answer_code,
        row_number() over (
            partition by answers.query_id
            order by
                answers.answered_on desc, answers.as_of_on desc, answers.workbook desc
        ) as answer_no
    from {{ source('landing', 'query_answers') }} as answers
    inner join followed on answers.query_id = followed.query_id
    where {{ date_of('answers.as_of_on') }} >= followed.last_gap_on
        or followed.last_gap_on is null
),

data_queries as (
    select
        followed.query_id,
        followed.site_id,
        followed.rule_id,
        rules.severity,
        rules.kahn_category,
        rules.fixed_by,
        followed.table_name,
        followed.field,
        followed.patient_id,
        followed.record_id,
        followed.source_row_id,
        followed.value,
        followed.related_field,
        followed.related_value,
        followed.first_seen_on,
        followed.last_seen_on,
        followed.n_deliveries,
        case
            when not followed.is_found_now then 'closed'
            when answers.answer_code = 'correct_as_recorded' then 'accepted'
            when answers.answer_code is not null then 'answered'
            when followed.last_gap_on is not null then 'reopened'
            else 'open'
        end as status,
        issued.issued_on,
        answers.answered_on,
        answers.answer_code,
        rules.message_en,
        rules.message_zh,
        rules.remedy_en,
        rules.remedy_zh
    from followed
    inner join {{ ref('record_rules') }} as rules on followed.rule_id = rules.rule_id
    left join issued on followed.query_id = issued.query_id
    left join answers
        on followed.query_id = answers.query_id
        and answers.answer_no = 1
)

select * from data_queries
