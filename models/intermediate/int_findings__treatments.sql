-- One row per finding of a rule on drug rows, as of a delivery of the site.
-- The rules: seed `record_rules`.
with

other_drugs as (
    select drug_code
    from {{ ref('drugs') }}
    where not {{ opens_line('drug_class') }}
),

treatments as (
    select
        {{ row_columns() }},
        staged.drug_code,
        staged.started_on,
        staged.started_on_precision,
        {{ earliest('staged.started_on') }} as from_on,
        {{ latest('staged.started_on') }} as by_on,
        staged.ended_on,
        staged.ended_on_precision,
        staged.is_ongoing,
        staged.line_no,
        staged.setting_code,
        staged.dose,
        replace(replace(lower(staged.dose_unit), ' ', ''), '²', '2') as dose_unit,
        staged.stop_reason_code
    {{ from_states('treatments') }}
),

lines as (
    -- a line with an undated drug may have begun at any time
    select
        site_id, as_of_on, patient_id, line_no,
        max(case when count(*) = count(from_on) then min(from_on) end) over (
            partition by site_id, as_of_on, patient_id
            order by line_no
            rows between unbounded preceding and 1 preceding
        ) as lower_line_on
    from treatments
    where line_no is not null
    group by site_id, as_of_on, patient_id, line_no
),

backwards as (
    select
        treatments.site_id, treatments.as_of_on, treatments.patient_id,
        treatments.record_id, treatments.source_row_id, treatments.line_no,
        treatments.started_on, treatments.started_on_precision
    from treatments
    inner join lines
        on treatments.site_id = lines.site_id
        and treatments.as_of_on = lines.as_of_on
        and treatments.patient_id = lines.patient_id
        and treatments.line_no = lines.line_no
        and treatments.by_on < lines.lower_line_on
),

findings as (
    {{ finding('treatments.undated', 'started_on') }}
    from treatments
    where from_on is null
    union all
    {{ finding('treatments.ended_before_started', 'ended_on', related='started_on') }}
    from treatments
    where {{ latest('ended_on') }} < from_on
    union all
    {{ finding('treatments.ongoing_with_end', 'is_ongoing', related='ended_on') }}
    from treatments
    where is_ongoing and ended_on is not null
    union all
    {{ finding('treatments.ongoing_with_stop_reason', 'stop_reason', 'stop_reason_code',
        related='is_ongoing') }}
    from treatments
    where is_ongoing and stop_reason_code is not null
    union all
    {{ finding('treatments.stopped_by_death', 'stop_reason', 'stop_reason_code') }}
    from treatments
    where stop_reason_code = 'death' and not is_dead
    union all
    {{ finding('treatments.after_death', 'started_on',
        related='milestones.occurred_on', related_value='died_text') }}
    from treatments
    where from_on > died_by_on
    union all
    {{ finding('treatments.before_diagnosis', 'started_on',
        related='diagnoses.diagnosed_on', related_value='primary_text') }}
    from treatments
    where {{ days_after('by_on', 'treatments.before_diagnosis') }} < primary_from_on
        and drug_code not in (select other_drugs.drug_code from other_drugs)
    union all
    {{ finding('treatments.adjuvant_after_metastatic', 'setting', 'setting_code',
        related='diagnoses.diagnosed_on', related_value='metastatic_text') }}
    from treatments
    where setting_code in ('adjuvant', 'neoadjuvant')
        and from_on
        > {{ days_after('metastatic_by_on', 'treatments.adjuvant_after_metastatic') }}
    union all
    {{ finding('treatments.metastatic_before_diagnosis', 'setting', 'setting_code',
        related='diagnoses.diagnosed_on', related_value='metastatic_text') }}
    from treatments
    where setting_code = 'metastatic'
        and {{ days_after('by_on', 'treatments.metastatic_before_diagnosis') }}
        < metastatic_from_on
    union all
    {{ finding('treatments.line_backwards', 'line_no', related='started_on') }}
    from backwards
    union all
    {{ finding('treatments.dose_not_positive', 'dose') }}
    from treatments
    where dose <= {{ limit_of('treatments.dose_not_positive') }}
    union all
    {{ finding('treatments.dose_implausible', 'dose', related='dose_unit') }}
    from treatments
    where dose > {{ limit_of('treatments.dose_implausible') }}
        and dose_unit in ('mg/m2', 'mg/㎡', 'mg/m^2', '毫克/平方米')
)

select * from findings
