-- One row per finding of a rule on patients, as of a delivery of the site. What a site
-- sends no table of is not missed in it. The rules: seed `record_rules`.
with

sent_tables as (
    select distinct
        site_id,
        as_of_on,
        table_name
    from {{ ref('int_deliveries__in_effect') }}
),

patients as (
    select
        patients.site_id,
        patients.as_of_on,
        patients.patient_id,
        patients.record_id,
        patients.source_row_id,
        patients.sex_code,
        patients.born_text,
        patients.born_from_on,
        patients.born_by_on,
        patients.primary_from_on,
        patients.primary_by_on,
        patients.primary_text,
        patients.is_dead,
        patients.n_contacts = 0 and contacts.site_id is not null as lacks_contacts,
        patients.n_diagnoses = 0 and diagnoses.site_id is not null as lacks_diagnoses
    from {{ ref('int_patients__as_of') }} as patients
    left join sent_tables as contacts
        on patients.site_id = contacts.site_id
        and patients.as_of_on = contacts.as_of_on
        and contacts.table_name = 'contacts'
    left join sent_tables as diagnoses
        on patients.site_id = diagnoses.site_id
        and patients.as_of_on = diagnoses.as_of_on
        and diagnoses.table_name = 'diagnoses'
    where patients.is_listed
),

patient_rows as (
    select
        {{ row_columns() }},
        staged.sex_code,
        staged.menopausal_status_code
    {{ from_states('patients') }}
),

findings as (
    {{ finding('patients.birth_missing', 'birth_on', 'born_text') }}
    from patients
    where born_from_on is null
    union all
    {{ finding('patients.sex_missing', 'sex', 'sex_code') }}
    from patients
    where sex_code is null
    union all
    {{ finding('patients.sex_male', 'sex', 'sex_code') }}
    from patient_rows
    where sex_code = 'male' and menopausal_status_code is null
    union all
    {{ finding('patients.male_with_menopausal_status', 'menopausal_status',
        'menopausal_status_code', related='sex', related_value='sex_code') }}
    from patient_rows
    where sex_code = 'male' and menopausal_status_code is not null
    union all
    {{ finding('patients.too_young_at_diagnosis', 'birth_on', 'born_text',
        related='diagnoses.diagnosed_on', related_value='primary_text') }}
    from patients
    where primary_from_on >= born_by_on
        and {{ completed_years('born_from_on', 'primary_by_on') }}
        < {{ limit_of('patients.too_young_at_diagnosis') }}
    union all
    {{ finding('patients.too_old_at_diagnosis', 'birth_on', 'born_text',
        related='diagnoses.diagnosed_on', related_value='primary_text') }}
    from patients
    where {{ completed_years('born_by_on', 'primary_from_on') }}
        > {{ limit_of('patients.too_old_at_diagnosis') }}
    union all
    {{ finding('patients.without_diagnosis', 'record_no', 'null') }}
    from patients
    where lacks_diagnoses
    union all
    {{ finding('patients.without_follow_up', 'record_no', 'null') }}
    from patients
    where lacks_contacts and not is_dead
)

select * from findings
