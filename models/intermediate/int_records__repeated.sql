-- One row per content column of a landed row whose record stands more than once in its
-- delivery, as sent. Identifying columns are left out. `content_hash` is equal for rows
-- of one file that are alike in every column, those included.
{{ repeated_records() }}
