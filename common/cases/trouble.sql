-- What workers find out about targets: failures in a row, the try that is let through, screens that have changed.

-- name: circuit_failed
-- One more failure in a row; enough of them open the circuit, and only whoever opens it is told so.
insert into circuits as c (target, failures, code, opened_at, retry_at, openings)
select t, 1, %(code)s, case when enough then now() end,
       case when enough then now() + %(pause)s * interval '1 second' end, enough::int
from (select %(target)s::text as t, %(limit)s <= 1 as enough) first
on conflict (target) do update
set failures = least(c.failures + 1, 30000), code = excluded.code,
    opened_at = coalesce(c.opened_at, case when c.failures + 1 >= %(limit)s then now() end),
    retry_at = coalesce(c.retry_at, case when c.failures + 1 >= %(limit)s then now() + %(pause)s * interval '1 second' end),
    openings = case when c.opened_at is null and c.failures + 1 >= %(limit)s then 1 else c.openings end
returning failures, opened_at, coalesce(opened_at = now(), false) as opens;

-- name: probe_failed
-- The try of this run has failed: the next one later, twice as late as this one.
update circuits
set failures = least(failures + 1, 30000), code = %(code)s, openings = least(openings + 1, 30000),
    retry_at = now() + least(%(longest)s, %(pause)s * 2 ^ least(openings, 30)) * interval '1 second',
    probe = null, probe_until = null, probe_case = null, probe_fence = null
where target = %(target)s and opened_at is not null and probe_case = %(case)s and probe_fence = %(fence)s
returning opened_at, extract(epoch from retry_at - now())::float as pause;

-- name: circuit_answered
-- A success begins the count anew; an open circuit is closed only by the run that was let through to try.
with before as (select target, opened_at from circuits where target = %(target)s for update)
update circuits c
set failures = 0, code = null, opened_at = null, retry_at = null, openings = 0,
    probe = null, probe_until = null, probe_case = null, probe_fence = null
from before
where c.target = before.target and c.failures > 0
  and (c.opened_at is null or (c.probe_case = %(case)s and c.probe_fence = %(fence)s))
returning before.opened_at;

-- name: take_probes
-- For one shift in the whole service. The time covers those whose view of the running cases is a moment old; after it
-- the try lasts as long as its run, so that one that died shuts nothing for ever.
with due as (
    select c.target from circuits c
    where c.target = any(%(targets)s::text[]) and c.opened_at is not null and c.retry_at <= clock_timestamp()
      and (c.probe_until is null or c.probe_until < clock_timestamp())
      and not exists (select from cases r where r.id = c.probe_case and r.fence = c.probe_fence and r.state = 'running')
    order by c.target for update skip locked
)
update circuits c
set probe = %(shift)s, probe_until = clock_timestamp() + interval '5 seconds', probe_case = null, probe_fence = null
from due where c.target = due.target returning c.target;

-- name: begin_probes
update circuits set probe_case = %(case)s, probe_fence = %(fence)s
where target = any(%(targets)s::text[]) and probe = %(shift)s;

-- name: give_probes_back
-- There was no case to try with.
update circuits set probe = null, probe_until = null
where target = any(%(targets)s::text[]) and probe = %(shift)s and probe_case is null;

-- name: screens_met
insert into screen_uses (screen, process)
select s, %(process)s from unnest(%(screens)s::text[]) s order by s
on conflict do nothing;

-- name: met_before
-- Whether this case has not known a screen in an earlier run: then it may be the case that is odd.
select 1 from events where case_id = %(case)s and from_state = 'running' and code = 'UI_CHANGED' limit 1;

-- name: screen_strange
insert into screen_uses as u (screen, process, strangers, strange_at)
select s, %(process)s, 1, now() from unnest(%(screens)s::text[]) s order by s
on conflict (screen, process) do update
set strangers = case when u.strange_at > now() - interval '1 hour' then least(u.strangers + 1, 30000) else 1 end,
    strange_at = now()
returning strangers;

-- name: screen_users
select distinct process from screen_uses where screen = any(%(screens)s::text[]);
