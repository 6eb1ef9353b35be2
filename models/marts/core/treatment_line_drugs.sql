-- One row per patient, line and drug of the line.
-- A drug belongs to a line if an episode starts within `regimen_window_days` of the
-- anchor, or if it started earlier and goes on: a row of it begins on the anchor (a
-- dose given with the new drugs), or it lasts for more than `carry_over_days`, or as
-- long as the drugs that began on the anchor. One that ends sooner is being stopped.
-- Without the last of these a patient who dies within days would leave the line's arm
-- because of the death. `started_on`, in this line: the episode's, or the anchor.
with

anchors as (
    select
        patient_id,
        line_no,
        anchor_on,
        coalesce(next_anchor_on, cast('9999-12-31' as date)) as next_anchor_on
    from {{ ref('int_lines__anchored') }}
),

episodes as (
    select
        patient_id,
        drug_code,
        drug_class,
        drug_group,
        started_on,
        last_on
    from {{ ref('int_drug_episodes__built') }}
),

begun_on_anchors as (
    select distinct
        anchors.patient_id,
        anchors.anchor_on,
        treatments.drug_code
    from anchors
    inner join {{ ref('treatments') }} as treatments
        on anchors.patient_id = treatments.patient_id
        and anchors.anchor_on = treatments.started_on
),

opened as (
    select
        anchors.patient_id, anchors.line_no, anchors.anchor_on, anchors.next_anchor_on,
        max(episodes.last_on) as openers_last_on
    from anchors
    inner join episodes
        on anchors.patient_id = episodes.patient_id
        and anchors.anchor_on = episodes.started_on
    group by
        anchors.patient_id, anchors.line_no, anchors.anchor_on, anchors.next_anchor_on
),

placed as (
    select
        opened.patient_id,
        opened.line_no,
        opened.anchor_on,
        opened.next_anchor_on,
        episodes.drug_code,
        episodes.drug_class,
        episodes.drug_group,
        episodes.started_on as episode_started_on
    from opened
    inner join episodes
        on opened.patient_id = episodes.patient_id
        and opened.next_anchor_on > episodes.started_on
        and (
            opened.anchor_on <= episodes.started_on
            or opened.anchor_on <= episodes.last_on
        )
    left join begun_on_anchors
        on opened.patient_id = begun_on_anchors.patient_id
        and opened.anchor_on = begun_on_anchors.anchor_on
        and episodes.drug_code = begun_on_anchors.drug_code
    where (
        episodes.started_on >= opened.anchor_on
        and {{ dbt.datediff('opened.anchor_on', 'episodes.started_on', 'day') }}
            <= {{ rule('regimen_window_days') }}
    )
    or (
        episodes.started_on < opened.anchor_on
        and (
            begun_on_anchors.patient_id is not null
            or {{ dbt.datediff('opened.anchor_on', 'episodes.last_on', 'day') }}
                > {{ rule('carry_over_days') }}
            or (
                episodes.last_on > opened.anchor_on
                and episodes.last_on >= opened.openers_last_on
            )
        )
    )
),

treatment_line_drugs as (
    select
        placed.patient_id,
        placed.line_no,
        placed.drug_code,
        placed.drug_class,
        placed.drug_group,
        min(case
            when placed.episode_started_on < placed.anchor_on then placed.anchor_on
            else placed.episode_started_on
        end) as started_on,
        -- a pause too short to open a line is no end
        max(episodes.last_on) as last_on,
        min(placed.episode_started_on) < min(placed.anchor_on) as is_carried_over
    from placed
    inner join episodes
        on placed.patient_id = episodes.patient_id
        and placed.drug_code = episodes.drug_code
        and placed.episode_started_on <= episodes.started_on
        and placed.next_anchor_on > episodes.started_on
    group by
        placed.patient_id, placed.line_no, placed.drug_code, placed.drug_class,
        placed.drug_group
)

select * from treatment_line_drugs
