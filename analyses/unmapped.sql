-- Words of the sites that no code list knows, most frequent first, with the known words
-- most like each and their codes. One line in the site's `codes.csv` maps a word.
-- oncohort sql unmapped
with words as (
    select
        site_id,
        table_name,
        field,
        expected as code_list,
        lower(trim(value)) as word,
        count(*) as n_rows
    from quality.unmapped_values
    group by site_id, table_name, field, expected, lower(trim(value))
),

alike as (
    select
        words.code_list,
        words.word,
        synonyms.code,
        max(
            case
                -- the known word within the other; two letters in English mean nothing
                when contains(words.word, synonyms.term)
                    and (length(synonyms.term) > 3 or strlen(synonyms.term) > 5)
                    then 2
                else jaro_winkler_similarity(words.word, synonyms.term)
            end
        ) as likeness
    from (select distinct code_list, word from words) as words
    inner join reference.code_synonyms as synonyms
        on words.code_list = synonyms.code_list
    group by words.code_list, words.word, synonyms.code
),

ranked as (
    select
        code_list,
        word,
        code,
        row_number() over (
            partition by code_list, word
            order by likeness desc, code asc
        ) as place
    from alike
    where likeness > 0.8
)

select
    words.site_id,
    words.table_name,
    words.field,
    words.code_list,
    words.word,
    words.n_rows,
    string_agg(ranked.code, ', ' order by ranked.place) as suggestions
from words
left join ranked
    on words.code_list = ranked.code_list
    and words.word = ranked.word
    and ranked.place <= 3
group by all
order by words.n_rows desc, words.site_id asc, words.field asc, words.word asc
