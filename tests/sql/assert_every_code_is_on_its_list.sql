-- One row per synonym, site's word, drug, organ, modality or term that means a code no
-- list has; there is none.
with

listed as (
    select
        code_list,
        code
    from {{ ref('code_lists') }}
),

used as (
    select code_list, term as used_in, code
    from {{ ref('code_synonyms') }}
    union all
    select code_list, term as used_in, code
    from {{ source('landing', 'site_codes') }}
    union all
    select 'drug' as code_list, 'drugs' as used_in, drug_code as code
    from {{ ref('drugs') }}
    union all
    select 'drug' as code_list, 'regimen_drugs' as used_in, regimen_code as code
    from {{ ref('regimen_drugs') }}
    union all
    select 'organ' as code_list, 'organs' as used_in, organ_code as code
    from {{ ref('organs') }}
    union all
    select 'modality' as code_list, 'modalities' as used_in, modality_code as code
    from {{ ref('modalities') }}
    union all
    select 'adverse_event_term' as code_list, 'terms' as used_in, term_code as code
    from {{ ref('adverse_event_terms') }}
),

unlisted as (
    select
        used.code_list,
        used.used_in,
        used.code
    from used
    left join listed
        on used.code_list = listed.code_list
        and used.code = listed.code
    where listed.code is null
)

select * from unlisted
