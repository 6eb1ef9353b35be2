-- One row per series and day of examination after its baseline: the overall response by
-- RECIST 1.1 (Eisenhauer 2009), Tables 1 (target lesions) and 2 (non-target lesions
-- only), printed in the seed `visit_responses`. Without a lesion at baseline there is
-- nothing to compare with: NE, also where a lesion is called new. `source_row_id`: the
-- row that tells most (a new lesion, a non-target that progressed, the largest target),
-- of the day itself if there is one.
with

examinations as (
    select
        series_id,
        study_id,
        as_of_on,
        patient_id,
        assessor_code,
        assessed_on,
        assessed_on_precision,
        source_row_id,
        row_number() over (
            partition by series_id, assessed_on
            order by
                case when measured_on = assessed_on then 1 else 2 end asc,
                case
                    when lesion_part = 'new' and is_there then 1
                    when lesion_part = 'nontarget' and finding = 'progressed' then 2
                    when lesion_part = 'target' then 3
                    else 4
                end asc,
                coalesce(size_mm, 0) desc,
                source_row_id asc
        ) as row_no
    from {{ ref('int_lesions__followed') }}
),

overall as (
    select
        compared.series_id,
        compared.assessed_on,
        max(printed.response_code) as response_code
    from {{ ref('int_lesion_sums__compared') }} as compared
    inner join {{ ref('visit_responses') }} as printed
        on printed.table_no = case
            when compared.n_targets > 0 then 1
            when compared.n_nontargets > 0 then 2
        end
        and printed.target_response_code in ('any', compared.target_response_code)
        and printed.new_lesion in (
            'any', case when compared.has_new_lesion then 'yes' else 'no' end
        )
        and (
            -- no non-target lesion at baseline: none of them is left
            printed.nontarget_response_code in (
                'any', coalesce(compared.nontarget_response_code, 'CR')
            )
            or (
                printed.nontarget_response_code = 'not PD'
                and coalesce(compared.nontarget_response_code, 'CR') <> 'PD'
            )
        )
    group by compared.series_id, compared.assessed_on
),

derived as (
    select
        examinations.study_id,
        examinations.as_of_on,
        examinations.patient_id,
        examinations.assessor_code,
        examinations.assessed_on,
        examinations.assessed_on_precision,
        compared.n_targets,
        compared.n_measured_targets,
        compared.baseline_sum_mm,
        compared.nadir_mm,
        compared.measured_sum_mm,
        compared.target_response_code,
        compared.nontarget_response_code,
        compared.has_new_lesion,
        coalesce(overall.response_code, 'NE') as response_code,
        case
            when overall.response_code <> 'NE' then null
            when compared.n_targets + compared.n_nontargets = 0
                then 'no lesion at baseline'
            when compared.n_targets > 0 and compared.baseline_sum_mm is null
                then 'target not measured at baseline'
            when compared.n_measured_targets < compared.n_targets
                then 'target not measured'
            else 'non-target not evaluated'
        end as not_evaluable_reason,
        examinations.source_row_id
    from examinations
    inner join {{ ref('int_lesion_sums__compared') }} as compared
        on examinations.series_id = compared.series_id
        and examinations.assessed_on = compared.assessed_on
    left join overall
        on examinations.series_id = overall.series_id
        and examinations.assessed_on = overall.assessed_on
    where examinations.row_no = 1
)

select * from derived
