-- Patients near the boundary of a rule: one row per patient, rule and measured time,
-- the nearest first. A day more or less in the record, or a limit set otherwise, turns
-- them; look at these before the rule, and at the patient with `oncohort explain`.
-- `distance_days` is negative up to the limit, positive beyond it.
-- $days = 14: largest distance from the limit
-- oncohort sql near_a_limit
with limits as (
    select parameter, try_cast(value as double) as limit_value
    from reference.rule_sets
    where rule_set_id = 'default'
),

stable_disease as (
    select endpoints.patient_id, endpoints.start_on, endpoints.end_on
    from core.time_to_event as endpoints
    inner join core.best_responses as responses
        on endpoints.patient_id = responses.patient_id
        and endpoints.study_id = responses.study_id
        and responses.rule_set_id = 'default'
        and responses.response_code = 'SD'
    where endpoints.endpoint_code = 'pfs' and endpoints.rule_set_id = 'default'
),

scans as (
    select
        followups.patient_id,
        scans.assessed_on as from_on,
        lead(scans.assessed_on) over (
            partition by followups.study_id, followups.patient_id
            order by scans.assessed_on
        ) as to_on
    from core.time_to_event as followups
    inner join core.tumour_assessments as scans
        on followups.patient_id = scans.patient_id
        and scans.is_adequate
        and scans.assessed_on between followups.start_on and followups.end_on
    where followups.endpoint_code = 'pfs' and followups.rule_set_id = 'default'
),

pauses as (
    select
        patient_id,
        max(last_on) over earlier as from_on,
        started_on as to_on
    from core.treatments
    where drug_class in ('chemotherapy', 'anti_her2')
    window earlier as (
        partition by patient_id, drug_code
        order by started_on
        rows between unbounded preceding and 1 preceding
    )
),

recurrences as (
    select
        resistances.patient_id,
        max(treatments.last_on) as from_on,
        resistances.resistance_on as to_on
    from core.trastuzumab_resistances as resistances
    inner join core.treatments as treatments
        on resistances.patient_id = treatments.patient_id
        and treatments.drug_code = 'trastuzumab'
        and treatments.started_on < resistances.resistance_on
    where resistances.resistance_setting = 'adjuvant'
    group by resistances.patient_id, resistances.resistance_on
),

measured as (
    select
        'sd_benefit_days' as parameter,
        patient_id,
        start_on as from_on,
        end_on as to_on
    from stable_disease
    union
    select 'missed_scans_days' as parameter, patient_id, from_on, to_on from scans
    union
    select 'restart_gap_days' as parameter, patient_id, from_on, to_on from pauses
    union
    select
        'regimen_window_days' as parameter,
        drugs.patient_id,
        lines.anchor_on,
        drugs.started_on
    from core.treatment_lines as lines
    inner join core.treatment_line_drugs as drugs on lines.patient_id = drugs.patient_id
    where drugs.started_on > lines.anchor_on
    union
    select 'adjuvant_resistance_months' as parameter, patient_id, from_on, to_on
    from recurrences
),

compared as (
    select
        measured.*,
        limits.limit_value,
        case
            when ends_with(measured.parameter, '_months')
                then measured.to_on - cast(
                    measured.from_on + to_months(cast(limits.limit_value as integer))
                    as date
                )
            else measured.to_on - measured.from_on - limits.limit_value
        end as distance_days
    from measured
    inner join limits on measured.parameter = limits.parameter
)

select
    compared.parameter as rule,
    compared.limit_value,
    patients.site_id,
    compared.patient_id,
    compared.from_on,
    compared.to_on,
    compared.distance_days
from compared
inner join core.patients as patients on compared.patient_id = patients.patient_id
where abs(compared.distance_days) <= $days
order by abs(compared.distance_days) asc, rule asc, compared.patient_id asc
