-- What is deleted when its time is over. Every statement is a small bite: none holds a claim up.

-- name: know
-- What a process last declared. It starts at the beginning of time, so that nothing from before is passed over.
insert into purges (process, retention_days, ended_until, last)
select process, days, '1970-01-01 00:00:00+00', '00000000-0000-0000-0000-000000000000'
from unnest(%(processes)s::text[], %(days)s::integer[]) as t (process, days)
on conflict (process) do update set retention_days = excluded.retention_days
where purges.retention_days is distinct from excluded.retention_days;

-- name: strangers
-- Processes with ended cases whose declaration has never been seen here: one step through the index for each process.
with recursive found as (
    (select process from cases where ended_at is not null order by process limit 1)
    union all
    select (select process from cases c where ended_at is not null and c.process > found.process order by c.process limit 1)
    from found where found.process is not null
)
select process from found where process is not null and not exists (select from purges p where p.process = found.process);

-- name: all
select process, retention_days from purges order by process;

-- name: take_turn
-- One at a time for each process; whoever comes second leaves it to the first.
select ended_until, last from purges where process = %(process)s for update skip locked;

-- name: purge
-- The next ended cases in the order of their ends, or of the days they are about where those are later. What waits for a person stays; once closed, it ends anew, later.
-- Deleting the row of contents deletes the case's key, so that what may be left in a backup does not open either.
with due as materialized (
    select id, greatest(ended_at, keep_from) as kept_from, state from cases
    where process = %(process)s and ended_at is not null
      and greatest(ended_at, keep_from) >= %(ended_until)s and greatest(ended_at, keep_from) <= %(over)s
      and (greatest(ended_at, keep_from), id) > (%(ended_until)s, %(last)s)
    order by greatest(ended_at, keep_from), id limit %(limit)s
), final as (
    select id from due where state in ('done', 'closed', 'cancelled')
), contents as (
    delete from case_contents k using final where k.case_id = final.id returning k.case_id
), points as (
    delete from checkpoints p using final where p.case_id = final.id
), shown as (
    delete from evidence e using final where e.case_id = final.id
), left_over as (
    -- Rows that nobody could hand in open no more, either.
    update handovers h set rows = null, code = 'PURGED' from final where h.case_id = final.id and h.rows is not null
), named as (
    delete from file_uses u using final where u.case_id = final.id
), left_for_people as (
    delete from entrusted s using final where s.case_id = final.id
), told as (
    update tasks t set title = 'Slettet etter lagringstiden', text = '' from final where t.case_id = final.id and t.text <> ''
), marked as (
    update purges
    set ended_until = newest.kept_from, last = newest.id, deleted = deleted + (select count(*) from contents)
    from (select kept_from, id from due order by kept_from desc, id desc limit 1) newest
    where process = %(process)s
)
select (select count(*) from due) as walked, (select count(*) from contents) as purged;

-- name: expire_evidence
with over as (
    select id from evidence where expires_at <= %(now)s order by expires_at limit %(limit)s for update skip locked
)
delete from evidence e using over where e.id = over.id;

-- name: expire_reports
-- Of a batch, counted from its end: no case in it that has ended was kept for longer then.
with over as (
    select r.batch from batch_reports r join batches b on b.id = r.batch join purges p on p.process = b.process
    where b.ended_at <= %(now)s::timestamptz - p.retention_days * interval '24 hours'
    order by b.ended_at limit %(limit)s for update of r skip locked
)
delete from batch_reports r using over where r.batch = over.batch;

-- name: forget_facts
with over as (
    select kind, key from ledger where ends < %(today)s order by ends limit %(limit)s for update skip locked
)
delete from ledger l using over where l.kind = over.kind and l.key = over.key;

-- name: forget_events
-- The log lies in the order in which it was written, so its head is its oldest.
with head as materialized (
    select id, at from events order by id limit %(limit)s
)
delete from events e using head where e.id = head.id and head.at <= %(over)s;

-- name: waiting_for_people
-- How long the oldest case of each process has waited for a person: what it holds is kept as long.
select process, min(ended_at) as since from cases where state = 'manual' group by process;

-- name: standing
-- Per process: how long what its cases hold is kept, how many still hold something, and what should be gone by now.
-- What waits for a person is never over. Only what has not been walked past is looked at.
select p.process, p.retention_days, p.deleted, overdue.cases as overdue, overdue.oldest,
       (select min(c.ended_at) from cases c where c.process = p.process and c.state = 'manual' and c.ended_at is not null) as manual_since,
       (select count(*) from cases c where c.process = p.process and c.state = 'manual') as manual
from purges p cross join lateral (
    select count(*) as cases, min(late.kept_from) as oldest from (
        select greatest(c.ended_at, c.keep_from) as kept_from from cases c
        where c.process = p.process and c.ended_at is not null and greatest(c.ended_at, c.keep_from) >= p.ended_until
          and greatest(c.ended_at, c.keep_from) <= %(now)s::timestamptz - make_interval(days => p.retention_days)
          and (greatest(c.ended_at, c.keep_from), c.id) > (p.ended_until, p.last)
          and c.state in ('done', 'closed', 'cancelled')
        order by greatest(c.ended_at, c.keep_from) limit %(most)s
    ) late
) overdue
order by p.process;

-- name: standing_of_the_rest
select (select count(*) from batch_reports) as reports,
       (select count(*) from batch_reports r join batches b on b.id = r.batch join purges p on p.process = b.process
        where b.ended_at <= %(now)s::timestamptz - p.retention_days * interval '24 hours') as reports_overdue,
       (select count(*) from evidence) as evidence,
       (select count(*) from evidence where expires_at <= %(now)s) as evidence_overdue,
       (select min(expires_at) from evidence where expires_at <= %(now)s) as evidence_since,
       (select count(*) from ledger) as facts,
       (select count(*) from ledger where ends < %(today)s) as facts_overdue,
       (select at from events order by id limit 1) as log_since;
