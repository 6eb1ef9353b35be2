-- Rows read, landed, refused and left to other tables, per delivery; a file that feeds
-- several tables is read, and counted, once for each.
-- oncohort sql rows_per_delivery
select
    site_id,
    delivered_on,
    sum(n_rows_read) as n_rows_read,
    sum(n_rows_landed) as n_rows_landed,
    sum(n_rows_refused) as n_rows_refused,
    sum(n_rows_not_meant) as n_rows_not_meant,
    sum(n_values_unreadable) as n_values_unreadable
from quality.row_reconciliation
group by site_id, delivered_on
order by site_id, delivered_on
