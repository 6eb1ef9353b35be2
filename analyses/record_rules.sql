-- Every record rule, with how many data queries it raised and what became of them.
-- oncohort sql record_rules
select
    rules.rule_id,
    rules.severity,
    rules.kahn_category,
    rules.fixed_by,
    count(case when queries.status in ('open', 'reopened') then 1 end) as n_open,
    count_if(queries.status in ('answered', 'accepted')) as n_answered,
    count(case when queries.status = 'closed' then 1 end) as n_closed,
    count(distinct queries.site_id) as n_sites,
    rules.limit_value,
    rules.limit_unit,
    rules.message_en,
    rules.reason,
    rules.source
from reference.record_rules as rules
left join quality.data_queries as queries on rules.rule_id = queries.rule_id
group by all
order by n_open desc, rules.rule_id asc
