-- One row per patient with an index treatment: the first LX or TBP line after
-- resistance to trastuzumab whose time zero lies in the recruitment window. LX:
-- lapatinib and capecitabine; TBP: trastuzumab and chemotherapy; neither holds another
-- anti-HER2 drug. Time zero is the start of the last arm-defining drug: for TBP the
-- later of trastuzumab and the line's first chemotherapy (further partners do not move
-- it).
with

resistances as (
    select
        patient_id,
        resistance_on
    from {{ ref('trastuzumab_resistances') }}
    where resistance_code <> 'cannot tell'
),

composed as (
    select
        patient_id,
        line_no,
        max(case when drug_code = 'lapatinib' then started_on end) as lapatinib_on,
        max(case when drug_code = 'capecitabine' then started_on end)
            as capecitabine_on,
        max(case when drug_code = 'trastuzumab' then started_on end) as trastuzumab_on,
        min(case when drug_class = 'chemotherapy' then started_on end)
            as first_chemotherapy_on,
        count(case when drug_class = 'anti_her2' then 1 end) as n_anti_her2_drugs
    from {{ ref('treatment_line_drugs') }}
    group by patient_id, line_no
),

armed as (
    select
        composed.patient_id,
        composed.line_no,
        case
            when composed.n_anti_her2_drugs <> 1 then null
            when composed.lapatinib_on is not null
                and composed.capecitabine_on is not null
                then 'LX'
            when composed.trastuzumab_on is not null
                and composed.first_chemotherapy_on is not null
                then 'TBP'
        end as arm,
        greatest(composed.lapatinib_on, composed.capecitabine_on) as lx_on,
        greatest(composed.trastuzumab_on, composed.first_chemotherapy_on) as tbp_on,
        lines.anchor_on
    from composed
    inner join {{ ref('treatment_lines') }} as lines
        on composed.patient_id = lines.patient_id
        and composed.line_no = lines.line_no
),

candidates as (
    select
        armed.patient_id,
        armed.line_no,
        armed.arm,
        armed.anchor_on,
        case when armed.arm = 'LX' then armed.lx_on else armed.tbp_on end
            as time_zero_on
    from armed
    inner join resistances on armed.patient_id = resistances.patient_id
    where armed.arm is not null
        and armed.anchor_on >= resistances.resistance_on
),

in_window as (
    select
        patient_id,
        line_no,
        arm,
        anchor_on,
        time_zero_on,
        row_number() over (partition by patient_id order by line_no) as candidate_no
    from candidates
    where time_zero_on >= {{ study_parameter('lx_vs_tbp', 'recruitment_from', 'date') }}
        and time_zero_on <= {{ study_parameter('lx_vs_tbp', 'recruitment_to', 'date') }}
),

index_lines as (
    select
        patient_id,
        line_no,
        arm,
        anchor_on,
        time_zero_on
    from in_window
    where candidate_no = 1
)

select * from index_lines
