-- One row per finding of any rule, as of a delivery of the site. What could not be read
-- is one finding, not a missing value too.
with

findings as (
    {% for subject in finding_subjects() %}
    select
        rule_id, site_id, as_of_on, table_name, field, patient_id, record_id,
        source_row_id, value, related_field, related_value
    from {{ ref('int_findings__' ~ subject) }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

rules as (
    select
        rule_id,
        kahn_category
    from {{ ref('record_rules') }}
),

unread as (
    select
        as_of_on,
        source_row_id,
        field
    from {{ ref('int_findings__unread') }}
),

united as (
    select
        findings.rule_id,
        findings.site_id,
        findings.as_of_on,
        findings.table_name,
        findings.field,
        findings.patient_id,
        findings.record_id,
        findings.source_row_id,
        findings.value,
        findings.related_field,
        findings.related_value
    from findings
    inner join rules on findings.rule_id = rules.rule_id
    where rules.kahn_category <> 'completeness'
        or not exists (
            select 1
            from unread
            where unread.source_row_id = findings.source_row_id
                and unread.as_of_on = findings.as_of_on
                and unread.field = findings.field
        )
)

select * from united
