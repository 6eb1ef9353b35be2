-- Words of the sites that no code list knows, most frequent first.
-- oncohort sql unmapped
select
    site_id,
    table_name,
    field,
    expected as code_list,
    value,
    count(*) as n_rows
from quality.unmapped_values
group by site_id, table_name, field, expected, value
order by n_rows desc, site_id asc, table_name asc, field asc, value asc
