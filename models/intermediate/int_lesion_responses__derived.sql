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

compared as (
    select
        series_id,
        assessed_on,
        n_targets,
        n_measured_targets,
        baseline_sum_mm,
        nadir_mm,
        measured_sum_mm,
        target_response_code,
        nontarget_response_code,
        has_new_lesion,
        case when n_targets > 0 then 1 when n_nontargets > 0 then 2 end as table_no,
        coalesce(target_response_code, 'none') as target,
        -- no non-target lesion at baseline: none of them is left
        coalesce(nontarget_response_code, 'CR') as nontarget,
        case when has_new_lesion then 'yes' else 'no' end as new_lesion
    from {{ ref('int_lesion_sums__compared') }}
),

-- many visits, few combinations
asked as (
    select distinct table_no, target, nontarget, new_lesion
    from compared
),

overall as (
    select
        asked.table_no,
        asked.target,
        asked.nontarget,
        asked.new_lesion,
        max(printed.response_code) as response_code
    from asked
    inner join {{ ref('visit_responses') }} as printed
        on asked.table_no = printed.table_no
        and printed.target_response_code in ('any', asked.target)
        and printed.new_lesion in ('any', asked.new_lesion)
        and (
            printed.nontarget_response_code in ('any', asked.nontarget)
            or (printed.nontarget_response_code = 'not PD' and asked.nontarget <> 'PD')
        )
    group by asked.table_no, asked.target, asked.nontarget, asked.new_lesion
),

derived as (
    select
        series.study_id,
        series.as_of_on,
        series.patient_id,
        series.assessor_code,
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
            when compared.table_no is null then 'no lesion at baseline'
            when compared.n_targets > 0 and compared.baseline_sum_mm is null
                then 'target not measured at baseline'
            when compared.n_measured_targets < compared.n_targets
                then 'target not measured'
            else 'non-target not evaluated'
        end as not_evaluable_reason,
        examinations.source_row_id
    from examinations
    inner join compared
        on examinations.series_id = compared.series_id
        and examinations.assessed_on = compared.assessed_on
    inner join {{ ref('int_lesion_series__begun') }} as series
        on examinations.series_id = series.series_id
    left join overall
        on compared.table_no = overall.table_no
        and compared.target = overall.target
        and compared.nontarget = overall.nontarget
        and compared.new_lesion = overall.new_lesion
    where examinations.row_no = 1
)

select * from derived
