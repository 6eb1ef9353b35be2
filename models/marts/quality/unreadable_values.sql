-- One row per landed value that cannot be read as the type its column declares: dates
-- that no format of the site reads, numbers with words in them. The columns and their
-- types come from the contract (extract.yml), the reading from the same macros as
-- staging: what is null there is a row here. Identifying columns are text and so never
-- listed. All deliveries are judged, each once.
{{ typed_column_values('unreadable') }}
