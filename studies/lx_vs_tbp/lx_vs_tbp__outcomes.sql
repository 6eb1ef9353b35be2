-- One row per patient in the cohort: PFS, time to death, best response and clinical
-- benefit, by the rule set that the study has chosen for each (`default` unless
-- `study_parameters.csv` or a variant of the plan names another). Benefit: CR, PR, or
-- SD for longer than `sd_benefit_days` from time zero to the PFS date (study.md); a
-- patient with SD censored before may yet have it. All is known after time zero only.
with

endpoints as (
    select
        patient_id,
        max(case when endpoint_code = 'pfs' then followup_days end) as pfs_days,
        max(case when endpoint_code = 'pfs' and is_event then 1 else 0 end) = 1
            as is_pfs_event,
        max(case when endpoint_code = 'pfs' then exit_reason end) as pfs_exit_reason,
        max(case when endpoint_code = 'os' then followup_days end) as os_days,
        max(case when endpoint_code = 'os' and is_event then 1 else 0 end) = 1
            as is_os_event,
        max(case when endpoint_code = 'cns' then followup_days end) as cns_days,
        max(case when endpoint_code = 'cns' and is_event then 1 else 0 end) = 1
            as is_cns_event,
        max(case when endpoint_code = 'cns' then exit_role end) as cns_exit_role
    from {{ ref('time_to_event') }}
    where study_id = 'lx_vs_tbp'
        and rule_set_id = case endpoint_code
            when 'pfs' then {{ endpoint_rule_set('lx_vs_tbp', 'pfs') }}
            when 'os' then {{ endpoint_rule_set('lx_vs_tbp', 'os') }}
            when 'cns' then {{ endpoint_rule_set('lx_vs_tbp', 'cns') }}
        end
    group by patient_id
),

responses as (
    select
        patient_id,
        -- the confirmed one, where the rule set asks for confirmation
        coalesce(
            max(case when is_confirmed then response_code end), max(response_code)
        ) as response_code
    from {{ ref('best_responses') }}
    where study_id = 'lx_vs_tbp'
        and rule_set_id = {{ endpoint_rule_set('lx_vs_tbp', 'bor') }}
    group by patient_id
),

outcomes as (
    select
        entries.patient_id,
        responses.response_code as best_response_code,
        responses.response_code not in ('NE', 'MISSING') as is_response_evaluable,
        responses.response_code {{ in_group('objective_response') }}
            as has_objective_response,
        responses.response_code {{ in_group('objective_response') }}
        or (
            responses.response_code = 'SD'
            and endpoints.pfs_days > {{ rule('sd_benefit_days', 'double') }}
        ) as has_clinical_benefit,
        responses.response_code {{ in_group('objective_response') }}
        or (
            responses.response_code = 'SD'
            and (
                endpoints.pfs_days > {{ rule('sd_benefit_days', 'double') }}
                or not endpoints.is_pfs_event
            )
        ) as may_have_clinical_benefit,
        endpoints.pfs_days,
        endpoints.is_pfs_event,
        endpoints.pfs_exit_reason,
        endpoints.os_days,
        endpoints.is_os_event,
        endpoints.cns_days,
        endpoints.is_cns_event,
        endpoints.cns_exit_role
    from {{ ref('lx_vs_tbp__entries') }} as entries
    left join responses on entries.patient_id = responses.patient_id
    left join endpoints on entries.patient_id = endpoints.patient_id
)

select * from outcomes
