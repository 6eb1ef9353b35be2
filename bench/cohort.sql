-- The cohort of lx_vs_tbp from the replicated extracts, by hand, for bench/warehouse.py:
-- one row per patient with arm, line, time zero, resistance, covariates and PFS. Rules:
-- studies/lx_vs_tbp/README.md. `{extracts}` and `{seeds}` are folders. It takes the
-- extracts as they are: no look-up of words, no check, no way back to a line.
create or replace macro day_of(text) as cast(case length(text)
    when 7 then text || '-15' when 4 then text || '-07-01' else text end as date);
create or replace macro years(born, today) as year(today) - year(born) - if(
    month(today) * 100 + day(today) < month(born) * 100 + day(born), 1, 0);
create or replace macro rows_of(name) as table
    select *, split_part(filename, '/', -3) || '/' || record_no as patient
    from read_csv('{extracts}/*/*/' || name || '.csv', all_varchar = true, filename = true);

create or replace temp table drugs as from read_csv('{seeds}/drugs.csv', quote = '"');
create or replace temp table regimens as
from read_csv('{seeds}/regimen_drugs.csv', quote = '"');
create or replace temp table organs as from read_csv('{seeds}/organs.csv', quote = '"');
create or replace temp table diagnoses as
select patient, diagnosis, day_of(diagnosed_on) as on_day, stage from rows_of('diagnoses');
create or replace temp table treatments as
select patient, drugs.drug_code as drug, drug_class, day_of(started_on) as from_on,
    case when day_of(ended_on) >= day_of(started_on) then day_of(ended_on)
        when ended_on is null and is_ongoing = 'yes'
        then cast(split_part(filename, '/', -2) as date)
        else day_of(started_on) end as to_on
from rows_of('treatments') left join regimens on drug = regimen_code
inner join drugs on coalesce(regimens.drug_code, drug) = drugs.drug_code;
create or replace temp table scans as
select patient, day_of(assessed_on) as on_day, modality, region, response, has_new_lesion,
    coalesce(modality not in ('clinical_examination', 'pathology', 'other'), true) as is_scan,
    coalesce(is_cns, false) as is_brain
from rows_of('assessments') left join organs on region = organ_code;
create or replace temp table metastases as
select patient, day_of(detected_on) as on_day, metastatic_site_group, is_cns
from rows_of('metastases') left join organs on organ = organ_code;
create or replace temp table milestones as
select patient, milestone, day_of(occurred_on) as on_day from rows_of('milestones');
create or replace temp table procedures as
select patient, procedure, day_of(started_on) as on_day, coalesce(is_cns, false) as is_cns
from rows_of('procedures') left join organs on region = organ_code;

create or replace temp table progressions as
select patient, on_day, if(is_brain, 'cns', 'scan') as kind from scans
where is_scan and (response = 'PD' or (response is null and has_new_lesion = 'yes'))
union all
select patient, min(on_day), 'cns' from metastases where is_cns group by patient
union all
select patient, on_day, 'clinical' from milestones where milestone = 'clinical_progression';
create or replace temp table metastatic as
select patient, min(on_day) as on_day from diagnoses
where diagnosis = 'metastatic' group by patient;

create or replace temp table episodes as
with reached as (
    select *, max(to_on) over (partition by patient, drug order by from_on, to_on
        rows between unbounded preceding and 1 preceding) as covered_on
    from treatments where drug_class in ('chemotherapy', 'anti_her2')
),
numbered as (
    select *, sum(if(from_on - covered_on <= 28, 0, 1)) over (
        partition by patient, drug order by from_on, to_on
        rows between unbounded preceding and current row) as episode
    from reached
)
select patient, drug, any_value(drug_class) as drug_class, episode,
    min(from_on) as from_on, max(to_on) as to_on
from numbered group by patient, drug, episode;

create or replace temp table openers as
with dated as (
    select *, lag(to_on) over (partition by patient, drug order by episode) as before_on
    from episodes
)
select distinct patient, dated.from_on from dated
inner join metastatic using (patient)
where dated.from_on >= metastatic.on_day and (
    before_on is null or dated.from_on - before_on > 90 or exists (
        select 1 from progressions
        where progressions.patient = dated.patient
            and progressions.on_day between dated.before_on and dated.from_on
    )
);
create or replace temp table chained as
with failed as (
    select openers.patient, from_on, min(progressions.on_day) as failed_on
    from openers inner join progressions
        on openers.patient = progressions.patient and progressions.on_day > from_on
    group by openers.patient, from_on
)
select openers.patient, openers.from_on, min(case
    when later.from_on > openers.from_on + 28 or later.from_on >= failed_on
        then later.from_on end) as next_on
from openers left join failed using (patient, from_on)
left join openers as later
    on openers.patient = later.patient and later.from_on > openers.from_on
group by openers.patient, openers.from_on;
create or replace temp table anchors as
with recursive anchored as (
    select patient, 1 as line, from_on as anchor_on, next_on from chained
    inner join (select patient, min(from_on) as from_on from openers group by patient)
        using (patient, from_on)
    union all
    select anchored.patient, line + 1, chained.from_on, chained.next_on
    from anchored inner join chained
        on anchored.patient = chained.patient and anchored.next_on = chained.from_on
)
select patient, line, anchor_on, coalesce(next_on, date '9999-12-31') as next_on
from anchored;

create or replace temp table line_drugs as
with opened as (
    select anchors.*, max(to_on) as openers_to from anchors
    inner join episodes
        on anchors.patient = episodes.patient and anchor_on = from_on
    group by all
),
given as (select distinct patient, drug, from_on from treatments),
placed as (
    select opened.*, episodes.drug, drug_class, episodes.from_on, given.drug as given
    from opened inner join episodes using (patient)
    left join given on given.patient = opened.patient
        and given.from_on = anchor_on and given.drug = episodes.drug
    where (episodes.from_on >= anchor_on and episodes.from_on < next_on
            and episodes.from_on - anchor_on <= 28)
        or (episodes.from_on < anchor_on and to_on >= anchor_on and (
            given.drug is not null or to_on - anchor_on > 14
            or (to_on > anchor_on and to_on >= openers_to)))
)
select placed.patient, line, placed.drug, any_value(placed.drug_class) as drug_class,
    min(greatest(placed.from_on, anchor_on)) as from_on, max(episodes.to_on) as to_on,
    any_value(anchor_on) as anchor_on, any_value(next_on) as next_on
from placed inner join episodes
    on placed.patient = episodes.patient and placed.drug = episodes.drug
    and episodes.from_on >= placed.from_on and episodes.from_on < next_on
group by placed.patient, line, placed.drug;

create or replace temp table resistances as
with adjuvant_drug as (
    select patient, from_on, to_on from treatments inner join metastatic using (patient)
    where drug = 'trastuzumab' and from_on < metastatic.on_day
),
recurrences as (
    select patient, min(on_day) as on_day from diagnoses
    inner join (select patient, min(from_on) as first_on from adjuvant_drug
        group by patient) using (patient)
    where diagnosis in ('local_recurrence', 'metastatic') and on_day > first_on
    group by patient
),
adjuvant as (
    select patient, on_day, max(to_on) as to_on
    from recurrences inner join adjuvant_drug using (patient)
    where from_on < on_day group by patient, on_day
),
failed as (
    select line_drugs.patient, line, line_drugs.from_on, to_on,
        min(progressions.on_day) as failed_on
    from line_drugs inner join progressions
        on line_drugs.patient = progressions.patient
        and progressions.on_day > line_drugs.from_on and progressions.on_day <= next_on
    where drug = 'trastuzumab' group by all
    having min(progressions.on_day) - to_on <= 28
),
looked as (
    select failed.patient, line, on_day, max(if(response = 'PD', 1, 0)) as is_pd
    from failed inner join scans on failed.patient = scans.patient
        and on_day > from_on and on_day <= failed_on
    where is_scan and not is_brain
        and response in ('CR', 'PR', 'SD', 'NON_CR_NON_PD', 'PD')
    group by all
),
first_look as (
    select patient, line, arg_min(is_pd, on_day) as is_pd from looked group by all
),
united as (
    select patient, on_day, 0 as line, 'primary' as code from adjuvant
    where on_day <= to_on + interval 12 months
    union all
    select patient, failed_on, line, case when is_pd = 0 then 'secondary'
        when failed_on <= from_on + interval 3 months then 'primary'
        else 'cannot tell' end
    from failed left join first_look using (patient, line)
)
select patient, arg_min(on_day, (on_day, line)) as on_day,
    arg_min(code, (on_day, line)) as code
from united group by patient;

create or replace temp table index_lines as
with composed as (
    select patient, line, any_value(anchor_on) as anchor_on,
        max(from_on) filter (drug = 'lapatinib') as lapatinib_on,
        max(from_on) filter (drug = 'capecitabine') as capecitabine_on,
        max(from_on) filter (drug = 'trastuzumab') as trastuzumab_on,
        min(from_on) filter (drug_class = 'chemotherapy') as chemotherapy_on,
        min(from_on) filter (drug_class = 'anti_her2' and drug <> 'lapatinib') as not_lx,
        min(from_on) filter (drug_class = 'anti_her2' and drug <> 'trastuzumab')
            as not_tbp
    from line_drugs group by patient, line
),
timed as (
    select *,
        if(lapatinib_on is null or capecitabine_on is null, null,
            greatest(lapatinib_on, capecitabine_on)) as lx_on,
        if(trastuzumab_on is null or chemotherapy_on is null, null,
            greatest(trastuzumab_on, chemotherapy_on)) as tbp_on
    from composed
),
armed as (
    select *, case when lx_on < coalesce(not_lx, date '9999-12-31') then 'LX'
        when tbp_on < coalesce(not_tbp, date '9999-12-31') then 'TBP' end as arm
    from timed
),
candidates as (
    select armed.patient, line, arm, anchor_on, if(arm = 'LX', lx_on, tbp_on) as zero_on
    from armed inner join resistances using (patient)
    where arm is not null and code <> 'cannot tell' and anchor_on >= on_day
)
select patient, min(line) as line, arg_min(arm, line) as arm,
    arg_min(anchor_on, line) as anchor_on, arg_min(zero_on, line) as zero_on
from candidates where zero_on between date '2010-05-01' and date '2017-10-31'
group by patient;

create or replace temp table measurable as
with irradiated as (
    select patient, max(on_day) as on_day from procedures
    inner join index_lines using (patient)
    where procedure = 'radiotherapy' and is_cns and on_day < zero_on group by patient
),
grown as (
    select patient, max(on_day) as on_day from progressions
    inner join index_lines using (patient)
    where kind = 'cns' and on_day <= zero_on group by patient
)
select distinct lesions.patient from rows_of('lesions') as lesions
inner join index_lines using (patient)
left join organs on organ = organ_code
left join irradiated on lesions.patient = irradiated.patient
left join grown on lesions.patient = grown.patient
where zero_on - day_of(assessed_on) between 0 and 56
    and (is_measurable = 'yes' or if(coalesce(is_node, false),
        cast(short_axis_mm as double) >= 15, cast(longest_diameter_mm as double) >= 10))
    and case when organ = 'bone' then has_soft_tissue = 'yes'
        when is_cns and irradiated.patient is not null
            then coalesce(grown.on_day > irradiated.on_day, false)
        else true end;

create or replace temp table markers as
select patient, marker, result, score, method, day_of(tested_on) as on_day
from rows_of('biomarkers');
create or replace temp table eligible as
select index_lines.*, resistances.code as resistance, menopausal_status,
    day_of(menopausal_status_on) as menopausal_on, birth_on
from index_lines inner join resistances using (patient)
inner join rows_of('patients') as patients using (patient)
where sex = 'female' and line <= 3
    and patient in (
        select markers.patient from markers
        inner join index_lines using (patient)
        where marker = 'her2' and on_day <= zero_on
            and (score = '3+' or (method = 'fish' and result = 'positive'))
    )
    and patient not in (
        select treatments.patient from treatments inner join index_lines using (patient)
        where drug_class = 'anti_her2' and drug <> 'trastuzumab' and from_on < anchor_on
    )
    and (
        patient not in (
            select metastases.patient from metastases
            inner join index_lines using (patient) where is_cns and on_day <= zero_on
        )
        or patient in (
            select procedures.patient from procedures
            inner join index_lines using (patient)
            where is_cns and on_day < zero_on and procedure in ('radiotherapy', 'surgery')
        )
    )
    and patient in (select patient from measurable);

create or replace temp table cohort as
with receptors as (
    select patient, bool_or(result = 'positive') as is_positive,
        count(distinct marker) filter (result in ('positive', 'negative')) as n_known
    from markers inner join eligible using (patient)
    where marker in ('er', 'pr') and on_day <= zero_on group by patient
),
extents as (
    select patient, count(distinct metastatic_site_group) as n_sites,
        bool_or(metastatic_site_group = 'lung') as has_lung,
        bool_or(metastatic_site_group = 'liver') as has_liver,
        bool_or(metastatic_site_group = 'bone') as has_bone,
        bool_or(metastatic_site_group = 'brain') as has_brain,
        bool_or(metastatic_site_group = 'other') as has_other
    from metastases inner join eligible using (patient)
    where on_day <= zero_on group by patient
),
stages as (
    select patient, bool_or(stage in ('I', 'IA', 'IB')) as is_stage_i
    from diagnoses inner join eligible using (patient)
    where diagnosis = 'primary' and on_day <= zero_on group by patient
),
deaths as (
    select patient, on_day from milestones where milestone = 'death'
    union all
    select patient, day_of(contact_on) from rows_of('contacts')
    where vital_status = 'dead'
),
evidence as (
    select patient, on_day, 1 as is_event,
        case kind when 'scan' then 1 when 'cns' then 2 else 3 end as priority
    from progressions
    union all
    select patient, on_day, 1, 4 from deaths
    union all
    select patient, on_day, 0, 5 from scans where is_scan and not is_brain
        and response in ('CR', 'PR', 'SD', 'NON_CR_NON_PD')
    union all
    select patient, on_day, 0, 6 from scans
    where modality = 'clinical_examination' and response = 'NO_PROGRESSION'
),
ends as (
    select eligible.patient, is_event, priority, on_day, row_number() over (
        partition by eligible.patient order by is_event desc,
        if(is_event = 1, on_day, null), priority, on_day desc) as place
    from eligible inner join evidence on eligible.patient = evidence.patient
        and on_day > zero_on and on_day <= date '2019-09-30'
)
select eligible.patient, arm, line, zero_on, resistance,
    case
        when birth_on is null then 'unknown'
        when years(cast(case length(birth_on) when 4 then birth_on || '-12-31' when 7
            then cast(last_day(cast(birth_on || '-01' as date)) as text)
            else birth_on end as date), zero_on) >= 50 then 'ge50'
        when years(cast(case length(birth_on) when 4 then birth_on || '-01-01'
            when 7 then birth_on || '-01' else birth_on end as date), zero_on) < 50
            then 'lt50'
        else 'unknown' end as age_group,
    case when menopausal_status is null or menopausal_on > zero_on then 'unknown'
        when menopausal_status = 'perimenopausal' then 'premenopausal'
        else menopausal_status end as menopausal_status,
    case when is_positive then 'positive' when n_known = 2 then 'negative'
        else 'unknown' end as hr_status,
    coalesce(is_stage_i, false) as is_stage_i, coalesce(n_sites, 0) as n_sites,
    coalesce(has_lung, false) as has_lung, coalesce(has_liver, false) as has_liver,
    coalesce(has_bone, false) as has_bone, coalesce(has_brain, false) as has_brain,
    coalesce(has_other, false) as has_other,
    coalesce(on_day - zero_on, 1) as pfs_days, coalesce(is_event, 0) = 1 as is_pfs_event
from eligible
left join receptors using (patient) left join extents using (patient)
left join stages using (patient)
left join ends on eligible.patient = ends.patient and place = 1;
