-- One row per date, number or code of a landed row whose record stands more than once
-- in its delivery. `content_hash` is equal for rows of one file that are alike in every
-- column, those of text and those that identify included.
{{ repeated_records() }}
