-- One row per patient and line of treatment for metastatic disease: its first day.
-- An episode opens a line if the drug was not given in the `restart_gap_days` before,
-- or if the disease progressed in a shorter pause. The first opener anchors line 1;
-- openers within `regimen_window_days` of the anchor are the same regimen, unless the
-- disease progressed in between; the next opener anchors the next line. (Without the
-- progression an early failure and its rescue would be one regimen, and the failure
-- would lose the patient to the arm.) Each anchor depends on the one before: every
-- opener knows the next anchor (`next_anchor_on`), and the recursion walks along these.
with recursive

metastatic as (
    select
        patient_id,
        metastatic_on
    from {{ ref('int_metastatic_disease__dated') }}
),

episodes as (
    select
        patient_id,
        drug_code,
        started_on,
        lag(last_on) over (
            partition by patient_id, drug_code
            order by episode_no
        ) as earlier_last_on
    from {{ ref('int_drug_episodes__built') }}
),

progressions as (
    select patient_id, progressed_on
    from {{ ref('progressions') }}
),

openers as (
    select distinct
        episodes.patient_id,
        episodes.started_on,
        {{ dbt.dateadd('day', rule('regimen_window_days'), 'episodes.started_on') }}
            as window_to
    from episodes
    inner join metastatic on episodes.patient_id = metastatic.patient_id
    where episodes.started_on >= metastatic.metastatic_on
        and (
            episodes.earlier_last_on is null
            or {{ dbt.datediff('earlier_last_on', 'episodes.started_on', 'day') }}
                > {{ rule('restart_gap_days') }}
            or exists (
                select 1
                from progressions
                where progressions.patient_id = episodes.patient_id
                    and progressions.progressed_on >= episodes.earlier_last_on
                    and progressions.progressed_on <= episodes.started_on
            )
        )
),

failed as (
    select
        openers.patient_id,
        openers.started_on,
        min(progressions.progressed_on) as progressed_on
    from openers
    inner join progressions
        on openers.patient_id = progressions.patient_id
        and progressions.progressed_on > openers.started_on
    group by openers.patient_id, openers.started_on
),

chained as (
    select
        openers.patient_id,
        openers.started_on,
        -- the `or` stands here: in the join it would compare all patients with all
        min(case
            when later.started_on > openers.window_to
                or later.started_on >= failed.progressed_on
                then later.started_on
        end) as next_anchor_on
    from openers
    left join failed
        on openers.patient_id = failed.patient_id
        and openers.started_on = failed.started_on
    left join openers as later
        on openers.patient_id = later.patient_id
        and later.started_on > openers.started_on
    group by openers.patient_id, openers.started_on
),

first_opened as (
    select patient_id, min(started_on) as anchor_on
    from openers
    group by patient_id
),

anchored as (
    select
        first_opened.patient_id,
        1 as line_no,
        first_opened.anchor_on,
        chained.next_anchor_on
    from first_opened
    inner join chained
        on first_opened.patient_id = chained.patient_id
        and first_opened.anchor_on = chained.started_on

    union all

    select
        anchored.patient_id,
        anchored.line_no + 1 as line_no,
        chained.started_on as anchor_on,
        chained.next_anchor_on
    from anchored
    inner join chained
        on anchored.patient_id = chained.patient_id
        and anchored.next_anchor_on = chained.started_on
)

select * from anchored
