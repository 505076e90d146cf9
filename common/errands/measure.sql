-- What the dashboards show of what waits, counted every few seconds: each from an index of what has not ended.

-- name: retention_overdue
-- Behind the mark of the last purge nothing is left, so only what lies before it is looked at.
select p.process, count(late.id) as number
from purges p
left join lateral (
    select c.id from cases c join case_contents k on k.case_id = c.id
    where c.process = p.process and c.ended_at is not null and greatest(c.ended_at, c.keep_from) >= p.ended_until
      and greatest(c.ended_at, c.keep_from) <= %(now)s::timestamptz - p.retention_days * interval '1 day'
      and (greatest(c.ended_at, c.keep_from), c.id) > (p.ended_until, p.last) and c.state in ('done', 'closed', 'cancelled')
    limit %(most)s
) late on true
group by p.process;

-- name: batches
select state, count(*) as number from batches where ended_at is null group by state;

-- name: untouched_batches
-- What somebody should move on: a sender, a second person, or the errand. An open batch waits for its cases only.
select doing, extract(epoch from %(now)s::timestamptz - min(touched_at))::float as seconds
from (
    select touched_at,
           case when state = 'open' then 'opening' when state = 'refused' then 'withdrawing' else state end as doing
    from batches where ended_at is null and (state <> 'open' or opened_at is null)
) waiting group by doing;

-- name: webhooks
select state, count(*) as number from webhooks group by state;

-- name: waiting_deliveries
select count(d.id) as number from webhooks w join deliveries d on d.webhook = w.id
where w.state <> 'paused' and d.state = 'waiting';
