-- One row per landed word that no code list knows, with the row it stands in.
-- One line in the site's `codes.csv`, or in the seed `code_synonyms`, maps it. The
-- columns and their code lists come from the contract (extract.yml), the look-up from
-- the same macro as staging: what is null there is a row here.
{{ typed_column_values('unmapped') }}
