-- One row per patient in the cohort: the time in which adverse events belong to the
-- index treatment, and whether they were asked about in it (safety set: "none"
-- included). From time zero to `safety_tail_days` after the last day of the
-- arm-defining drugs in the line (LX: lapatinib, capecitabine; TBP: trastuzumab and the
-- first chemotherapy); a drug that goes on into the next line counts up to the day
-- before that line.
with

entries as (
    select
        entries.patient_id,
        entries.arm,
        entries.time_zero_on,
        index_lines.line_no
    from {{ ref('lx_vs_tbp__entries') }} as entries
    inner join {{ ref('lx_vs_tbp__index_lines') }} as index_lines
        on entries.patient_id = index_lines.patient_id
),

arm_drugs as (
    select
        entries.patient_id,
        entries.time_zero_on,
        drugs.drug_class,
        drugs.started_on,
        case
            when lines.next_anchor_on <= drugs.last_on
                then cast({{ dbt.dateadd('day', -1, 'lines.next_anchor_on') }} as date)
            else drugs.last_on
        end as last_in_line_on,
        min(
            case when drugs.drug_class = 'chemotherapy' then drugs.started_on end
        ) over (partition by entries.patient_id) as first_chemotherapy_on
    from entries
    inner join {{ ref('treatment_lines') }} as lines
        on entries.patient_id = lines.patient_id
        and entries.line_no = lines.line_no
    inner join {{ ref('treatment_line_drugs') }} as drugs
        on entries.patient_id = drugs.patient_id
        and entries.line_no = drugs.line_no
    where entries.arm = 'TBP'
        or drugs.drug_code in ('lapatinib', 'capecitabine')
),

windows as (
    select
        patient_id,
        time_zero_on as window_from,
        cast(
            {{ dbt.dateadd('day', rule('safety_tail_days'), 'max(last_in_line_on)') }}
            as date
        ) as window_to
    from arm_drugs
    -- further partners of trastuzumab define no arm
    where drug_class = 'anti_her2'
        or started_on = first_chemotherapy_on
    group by patient_id, time_zero_on
),

asked as (
    select distinct windows.patient_id
    from windows
    inner join {{ ref('contacts') }} as contacts
        on windows.patient_id = contacts.patient_id
        and contacts.contact_on >= windows.window_from
        and contacts.contact_on <= windows.window_to
    where contacts.were_adverse_events_asked
),

safety_windows as (
    select
        windows.patient_id,
        windows.window_from,
        windows.window_to,
        asked.patient_id is not null as is_safety_evaluable
    from windows
    left join asked on windows.patient_id = asked.patient_id
)

select * from safety_windows
