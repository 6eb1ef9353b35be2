-- One row per finding of a rule that judges every contract table alike, as of a
-- delivery of the site. Dates counted from an anchor have no place beside the day of a
-- delivery. The rules: seed `record_rules`.
{% set pairs = date_columns() or [('patients', 'birth_on')] %}
with
{% for table in contract_tables() %}
{% set dates = pairs | selectattr(0, 'equalto', table) | map(attribute=1) | list %}
{{ table }}_rows as (
    -- read once for all rules: rows of no known patient, or with a date out of place
    select
        staged.site_id, deliveries.as_of_on, staged.table_name, staged.patient_id,
        staged.record_id, staged.source_row_id,
        {%- for column in dates %}
        staged.{{ column }},
        staged.{{ column }}_precision,
        {%- endfor %}
        staged.delivered_on,
        staged.date_basis,
        patients.born_text,
        patients.born_from_on,
        coalesce(patients.is_listed, false) as is_listed
    {{ from_states(table, landed_dates(table, dates)) }}
        and (
            not coalesce(patients.is_listed, false)
            {%- for column in dates %}
            or {{ latest('staged.' ~ column) }} < patients.born_from_on
            or staged.{{ column }} > staged.delivered_on
            {%- endfor %}
        )
),
{% endfor %}
suspect_dates as (
    {% for table, column in pairs %}
    select
        site_id, as_of_on, patient_id, record_id, source_row_id, table_name, born_text,
        '{{ column }}' as field,
        {{ as_text(column) }} as day_text,
        cast(delivered_on as {{ dbt.type_string() }}) as delivered_text,
        {{ latest(column) }} < born_from_on as is_before_birth,
        date_basis = 'calendar' and {{ earliest(column) }}
        > {{ days_after('delivered_on', 'any.after_delivery') }} as is_late
    from {{ table }}_rows
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

orphans as (
    {% for table in contract_tables() if table != 'patients' %}
    select site_id, as_of_on, patient_id, record_id, source_row_id, table_name
    from {{ table }}_rows
    where not is_listed
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

repeated as (
    select
        repeated.site_id, deliveries.as_of_on, repeated.patient_id, repeated.record_id,
        repeated.source_row_id, repeated.table_name, repeated.field,
        repeated.value,
        repeated.is_date,
        repeated.has_date,
        repeated.content_hash
    {{ from_states_of(ref('int_records__repeated'), 'repeated') }}
),

two_values as (
    select
        site_id, as_of_on, patient_id, record_id, table_name, field,
        min(source_row_id) as source_row_id,
        min(value) as first_value,
        max(value) as last_value
    from repeated
    group by site_id, as_of_on, patient_id, record_id, table_name, field
    -- 2015 and 2015-03 may be one day
    having min(value) <> max(value)
        and not (
            max(case when is_date then 1 else 0 end) = 1
            and max(value) like {{ dbt.concat(['min(value)', "'%'"]) }}
        )
),

duplicates as (
    select
        site_id, as_of_on, patient_id, record_id, table_name,
        min(source_row_id) as source_row_id,
        count(distinct source_row_id) as n_rows
    from repeated
    where has_date
    group by site_id, as_of_on, patient_id, record_id, table_name, content_hash
    having count(distinct source_row_id) > 1
),

findings as (
    {{ finding('any.before_birth', 'field', 'day_text',
        related='patients.birth_on', related_value='born_text') }}
    from suspect_dates
    where is_before_birth
    union all
    {{ finding('any.after_delivery', 'field', 'day_text',
        related='delivered_on', related_value='delivered_text') }}
    from suspect_dates
    where is_late
    union all
    {{ finding('any.patient_missing', "'record_no'", 'null') }}
    from orphans
    union all
    {{ finding('any.two_values', 'field', 'first_value',
        related='value', related_value='last_value') }}
    from two_values
    union all
    {{ finding('any.duplicate', "'record_no'", 'n_rows') }}
    from duplicates
)

select * from findings
