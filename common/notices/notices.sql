-- Tasks become notices, and notices leave.

-- name: raise_tasks
-- The tasks of a case, by the run that ends it; the row stays locked until its end is written with them.
insert into tasks (id, key, process, case_id, role, unit, title, text, due)
select t.id, c.id || ':' || t.name, c.process, c.id, t.role, coalesce(t.unit, c.unit), t.title, t.text, t.due
from (select id, process, unit from cases where id = %(case)s and fence = %(fence)s and state = 'running' for update) c,
     unnest(%(ids)s::uuid[], %(names)s::text[], %(roles)s::text[], %(units)s::text[], %(titles)s::text[],
            %(texts)s::text[], %(dues)s::date[]) as t (id, name, role, unit, title, text, due)
on conflict (key) do nothing;

-- name: tell_of_cases
-- The tasks of cases that no run ends: by what takes them from a vanished robot, or answers them at intake.
insert into tasks (id, key, process, case_id, role, unit, title, text, due)
select t.id, c.id || ':' || t.name, c.process, c.id, t.role, coalesce(t.unit, c.unit), t.title, t.text, t.due
from unnest(%(cases)s::uuid[], %(ids)s::uuid[], %(names)s::text[], %(roles)s::text[], %(units)s::text[],
            %(titles)s::text[], %(texts)s::text[], %(dues)s::date[]) as t (case_id, id, name, role, unit, title, text, due)
join cases c on c.id = t.case_id
on conflict (key) do nothing;

-- name: add_tasks
-- Tasks that belong to a batch, a target or a schedule: `about` is what makes their names unique.
insert into tasks (id, key, process, batch, role, unit, title, text, due)
select t.id, %(about)s || ':' || t.name, %(process)s, %(batch)s::uuid, t.role, t.unit, t.title, t.text, t.due
from unnest(%(ids)s::uuid[], %(names)s::text[], %(roles)s::text[], %(units)s::text[], %(titles)s::text[],
            %(texts)s::text[], %(dues)s::date[]) as t (id, name, role, unit, title, text, due)
on conflict (key) do nothing;

-- name: ungathered
select distinct process from tasks where notice is null and done_at is null;

-- name: one_gathers
-- Two who gather at once would make two messages of what belongs in one.
select pg_try_advisory_xact_lock(hashtext('roger.gather_notices')) as mine;

-- name: gather
-- One notice for every recipient of a process whose first unsent task has waited long enough, within what one
-- recipient gets in a day.
with waiting as (
    select process, role, unit, min(created_at) as since
    from tasks where notice is null and done_at is null and process = %(process)s group by process, role, unit
), ready as (
    select w.*, gen_random_uuid() as id from waiting w
    where w.since <= %(now)s::timestamptz - %(gather)s::float * interval '1 second'
      and (%(per_day)s::int is null or %(per_day)s::int > (
          select count(*) from notices n
          where n.process = w.process and n.role = w.role and n.unit is not distinct from w.unit
            and n.created_at > %(now)s::timestamptz - interval '24 hours'))
), made as (
    insert into notices (id, role, unit, process, state, created_at, retry_at)
    select id, role, unit, process, 'waiting', %(now)s, %(now)s from ready
    returning id, role, unit, process
)
update tasks t set notice = made.id from made
where t.notice is null and t.done_at is null
  and t.process = made.process and t.role = made.role and t.unit is not distinct from made.unit;

-- name: lease_notice
-- The next message to send. Whoever dies over it leaves it for another attempt when its lease is over.
update notices set attempts = attempts + 1, retry_at = %(now)s::timestamptz + %(lease)s::float * interval '1 second'
where id = (
    select id from notices where state = 'waiting' and retry_at <= %(now)s order by retry_at limit 1
    for update skip locked
)
returning id, role, unit, process, attempts, created_at;

-- name: items
select title, text, due, case_id as "case" from tasks where notice = %(notice)s order by created_at, id;

-- name: sent
update notices set state = 'sent', sent_at = %(now)s, code = null where id = %(notice)s and state = 'waiting';

-- name: not_sent
-- Tried again later, or given up; the tasks are in the work list in any case.
update notices set code = %(code)s, state = case when %(give_up)s then 'failed' else 'waiting' end,
                   retry_at = %(now)s::timestamptz + %(pause)s::float * interval '1 second'
where id = %(notice)s and state = 'waiting';

-- name: do_task
update tasks t set done_at = coalesce(done_at, now()), done_by = coalesce(done_by, %(actor)s)
where t.id = %(task)s and (
    %(caller)s::text is null and %(units)s::text[] is null
    or t.case_id is null and %(caller)s::text is null and t.unit = any(%(units)s::text[])
    or exists (
        select from cases c where c.id = t.case_id and (%(caller)s::text is null or c.caller = %(caller)s)
          and (%(units)s::text[] is null or c.unit = any(%(units)s))
    ))
returning id;
