-- One row per site, code list and term: the code it means at that site.
-- A site's own `codes.csv` comes before the synonyms of all, since the same word can
-- mean something else there.
{{ config(materialized='table') }}

with

sites as (
    select site_id
    from {{ source('landing', 'sites') }}
),

site_codes as (
    select
        site_id,
        code_list,
        {{ term_of('term') }} as term,
        code
    from {{ source('landing', 'site_codes') }}
),

synonyms as (
    select
        code_list,
        {{ term_of('term') }} as term,
        code
    from {{ ref('code_synonyms') }}
),

common_codes as (
    select
        sites.site_id,
        synonyms.code_list,
        synonyms.term,
        synonyms.code
    from sites
    cross join synonyms
    where not exists (
        select 1
        from site_codes
        where site_codes.site_id = sites.site_id
            and site_codes.code_list = synonyms.code_list
            and site_codes.term = synonyms.term
    )
),

united as (
    select site_id, code_list, term, code
    from site_codes
    union all
    select site_id, code_list, term, code
    from common_codes
)

select * from united
