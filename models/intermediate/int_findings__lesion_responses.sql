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

days as (
    select
        responses.site_id,
        responses.as_of_on,
        responses.patient_id,
        responses.record_id,
        responses.source_row_id,
        responses.assessed_on,
        responses.response_code,
        derived.response_code as derived_response_code,
        derived.baseline_sum_mm,
        derived.nadir_mm,
        derived.measured_sum_mm,
        responses.has_new_lesion is not null
        and (responses.has_new_lesion or derived.has_new_lesion)
            as is_about_new_lesion,
        max(case when responses.sent_code = derived.derived_code then 1 else 0 end)
            over (
                partition by
                    responses.as_of_on, responses.patient_id, responses.assessor_code,
                    responses.assessed_on
            ) as n_agreeing,
        min(
            case
                when 'PD' in (responses.sent_code, derived.derived_code)
                    then responses.assessed_on
            end
        ) over (
            partition by
                responses.as_of_on, responses.patient_id, responses.assessor_code
        ) as first_progressed_on
    from responses
    inner join derived
        on responses.patient_id = derived.patient_id
        and responses.as_of_on = derived.as_of_on
        and responses.assessor_code = derived.assessor_code
        and responses.assessed_on = derived.assessed_on
),

disagreeing as (
    select
        site_id,
        as_of_on,
        patient_id,
        record_id,
        source_row_id,
        response_code,
        -- baseline sum, smallest sum, sum of the day: what a site can check
        coalesce({{ dbt.concat([
            'derived_response_code', "': '",
            as_text('cast(baseline_sum_mm as decimal(9, 1))'), "' > '",
            as_text('cast(nadir_mm as decimal(9, 1))'), "' > '",
            as_text('cast(measured_sum_mm as decimal(9, 1))'), "' mm'",
        ]) }}, derived_response_code) as measurements
    from days
    where n_agreeing = 0
        and not is_about_new_lesion
        and assessed_on <= coalesce(first_progressed_on, assessed_on)
),

findings as (
    {{ finding('assessments.response_against_lesions', 'response', 'response_code',
        related='lesions.longest_diameter_mm', related_value='measurements') }}
    from disagreeing
)

select * from findings
