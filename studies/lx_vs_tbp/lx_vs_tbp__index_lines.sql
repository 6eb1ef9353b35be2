-- One row per patient with an index treatment: the first LX or TBP line after
-- resistance to trastuzumab whose time zero lies in the recruitment window. LX:
-- lapatinib and capecitabine; TBP: trastuzumab and chemotherapy; neither with another
-- anti-HER2 drug begun up to time zero (one begun later, the future, moves no arm).
-- Time zero is the start of the last arm-defining drug: for TBP the later of
-- trastuzumab and the line's first chemotherapy (further partners do not move it).
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
        min(case
            when drug_class = 'anti_her2' and drug_code <> 'lapatinib' then started_on
        end) as not_lx_on,
        min(case
            when drug_class = 'anti_her2' and drug_code <> 'trastuzumab' then started_on
        end) as not_tbp_on
    from {{ ref('treatment_line_drugs') }}
    group by patient_id, line_no
),

-- a comparison with a drug not given is null, and so is the greatest with one
timed as (
    select
        patient_id,
        line_no,
        not_lx_on,
        not_tbp_on,
        case
            when lapatinib_on >= capecitabine_on then lapatinib_on
            when capecitabine_on > lapatinib_on then capecitabine_on
        end as lx_on,
        case
            when trastuzumab_on >= first_chemotherapy_on then trastuzumab_on
            when first_chemotherapy_on > trastuzumab_on then first_chemotherapy_on
        end as tbp_on
    from composed
),

armed as (
    select
        timed.patient_id,
        timed.line_no,
        case
            when timed.lx_on < coalesce(timed.not_lx_on, date '9999-12-31') then 'LX'
            when timed.tbp_on < coalesce(timed.not_tbp_on, date '9999-12-31') then 'TBP'
        end as arm,
        timed.lx_on,
        timed.tbp_on,
        lines.anchor_on
    from timed
    inner join {{ ref('treatment_lines') }} as lines
        on timed.patient_id = lines.patient_id
        and timed.line_no = lines.line_no
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
