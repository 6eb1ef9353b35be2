-- One row per finding that the site's own response is not the one that its lesions of
-- that day give (`int_lesion_responses__derived`), as of a delivery of the site. Silent
-- where either is not evaluable, where the two speak of new lesions (rules of their
-- own), where any response of the day agrees, and after the first progression: the next
-- treatment has a baseline of its own. Non-CR/non-PD may be called SD.
with

responses as (
    select
        {{ row_columns() }},
        staged.assessed_on,
        coalesce(staged.assessor_code, 'investigator') as assessor_code,
        staged.response_code,
        case staged.response_code
            when 'NON_CR_NON_PD' then 'SD' else staged.response_code
        end as sent_code,
        staged.has_new_lesion
    {{ from_states('assessments') }}
        and staged.assessed_on_precision = 'day'
        and staged.response_code {{ in_group('evaluable_response') }}
),

derived as (
    select
        patient_id,
        as_of_on,
        assessor_code,
        assessed_on,
        case response_code when 'NON_CR_NON_PD' then 'SD' else response_code end
            as derived_code,
        response_code,
        baseline_sum_mm,
        nadir_mm,
        measured_sum_mm,
        has_new_lesion
    from {{ ref('int_lesion_responses__derived') }}
    where study_id is null
        and assessed_on_precision = 'day'
        and response_code <> 'NE'
),

-- keys alone: of many million days few are disputed
judged as (
    select
        responses.as_of_on,
        responses.patient_id,
        responses.assessor_code,
        responses.assessed_on,
        count(case when responses.sent_code = derived.derived_code then 1 end)
            as n_agreeing,
        count(case when 'PD' in (responses.sent_code, derived.derived_code) then 1 end)
            as n_progressed
    from responses
    inner join derived
        on responses.patient_id = derived.patient_id
        and responses.as_of_on = derived.as_of_on
        and responses.assessor_code = derived.assessor_code
        and responses.assessed_on = derived.assessed_on
    group by
        responses.as_of_on, responses.patient_id, responses.assessor_code,
        responses.assessed_on
),

progressed as (
    select as_of_on, patient_id, assessor_code, min(assessed_on) as first_on
    from judged
    where n_progressed > 0
    group by as_of_on, patient_id, assessor_code
),

disputed as (
    select
        judged.as_of_on, judged.patient_id, judged.assessor_code, judged.assessed_on
    from judged
    left join progressed
        on judged.as_of_on = progressed.as_of_on
        and judged.patient_id = progressed.patient_id
        and judged.assessor_code = progressed.assessor_code
    where judged.n_agreeing = 0
        and judged.assessed_on <= coalesce(progressed.first_on, judged.assessed_on)
),

disagreeing as (
    select
        responses.site_id,
        responses.as_of_on,
        responses.patient_id,
        responses.record_id,
        responses.source_row_id,
        responses.response_code,
        -- baseline sum, smallest sum, sum of the day: what a site can check
        coalesce({{ dbt.concat([
            'derived.response_code', "': '",
            as_text('cast(derived.baseline_sum_mm as decimal(9, 1))'), "' > '",
            as_text('cast(derived.nadir_mm as decimal(9, 1))'), "' > '",
            as_text('cast(derived.measured_sum_mm as decimal(9, 1))'), "' mm'",
        ]) }}, derived.response_code) as measurements
    from disputed
    inner join responses
        on disputed.as_of_on = responses.as_of_on
        and disputed.patient_id = responses.patient_id
        and disputed.assessor_code = responses.assessor_code
        and disputed.assessed_on = responses.assessed_on
    inner join derived
        on disputed.as_of_on = derived.as_of_on
        and disputed.patient_id = derived.patient_id
        and disputed.assessor_code = derived.assessor_code
        and disputed.assessed_on = derived.assessed_on
    where responses.has_new_lesion is null
        or not (responses.has_new_lesion or derived.has_new_lesion)
),

findings as (
    {{ finding('assessments.response_against_lesions', 'response', 'response_code',
        related='lesions.longest_diameter_mm', related_value='measurements') }}
    from disagreeing
)

select * from findings
