-- Words of the sites that no code list knows, most frequent first, each with the code of
-- the known word that looks most like it, if one does. A suggestion: a person decides.
-- oncohort sql unmapped
with

words as (
    select
        site_id,
        table_name,
        field,
        expected as code_list,
        value,
        count(*) as n_rows
    from quality.unmapped_values
    group by site_id, table_name, field, expected, value
),

likenesses as (
    select
        words.site_id,
        words.table_name,
        words.field,
        words.value,
        known.code,
        row_number() over (
            partition by words.site_id, words.table_name, words.field, words.value
            order by
                jaro_winkler_similarity(lower(words.value), known.term) desc,
                known.term asc
        ) as place
    from words
    inner join reference.code_synonyms as known
        on words.code_list = known.code_list
    -- 0.88: misspelt and longer words (herceptin 2w) pass, other drugs rarely do
    where jaro_winkler_similarity(lower(words.value), known.term) >= 0.88
),

suggested as (
    select
        words.site_id,
        words.table_name,
        words.field,
        words.code_list,
        words.value,
        words.n_rows,
        likenesses.code as perhaps
    from words
    left join likenesses
        on words.site_id = likenesses.site_id
        and words.table_name = likenesses.table_name
        and words.field = likenesses.field
        and words.value = likenesses.value
        and likenesses.place = 1
)

select * from suggested
order by n_rows desc, site_id asc, table_name asc, field asc, value asc
