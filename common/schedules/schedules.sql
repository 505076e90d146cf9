-- Due times become firings, and firings are started. All times are those of the database: replicas may disagree about
-- theirs, and their clocks may be moved.

-- name: standing
-- How far each known schedule is dealt with.
select clock_timestamp() as moment, s.name, s.handled_until, s.retired_at is not null as retired
from (select) one left join schedules s on true;

-- name: meet
-- A schedule that was never seen before: nothing of the past is made up for.
insert into schedules (name, handled_until) values (%(name)s, %(moment)s) on conflict do nothing;

-- name: welcome_back
-- Declared again. While two versions of a service run side by side that happens every second; but what had been gone
-- for a while begins anew.
update schedules
set retired_at = null,
    handled_until = case when retired_at < clock_timestamp() - interval '10 minutes'
                         then greatest(handled_until, %(moment)s) else handled_until end
where name = %(name)s and retired_at is not null;

-- name: retire
-- Nobody declares these any more, as far as this process knows.
update schedules set retired_at = clock_timestamp() where name = any(%(names)s) and retired_at is null;

-- name: drop_retired
-- What nobody has known how to start for a day is not started any more.
update firings f set state = 'skipped', code = 'REMOVED', done_at = clock_timestamp()
from schedules s
where f.state = 'due' and s.name = f.schedule and s.retired_at < clock_timestamp() - interval '1 day';

-- name: settle
-- What fell due since the schedule was looked at becomes firings, and is dealt with, in one breath; whoever looked at
-- the same state a moment too late changes nothing. While it is paused, nothing is started and nothing made up for.
with mine as (
    select name from schedules where name = %(name)s and handled_until = %(seen)s for update
), paused as (
    select exists (select from pauses where kind = 'schedule' and name = %(name)s) as yes
), fired as (
    insert into firings (schedule, due_at, state, code, done_at)
    select mine.name, t.due_at,
           case when t.fire and not paused.yes then 'due' else 'skipped' end,
           case when paused.yes then 'PAUSED' when not t.fire then 'MISSED' end,
           case when paused.yes or not t.fire then clock_timestamp() end
    from mine, paused, unnest(%(dues)s::timestamptz[], %(fires)s::boolean[]) as t (due_at, fire)
    on conflict do nothing
    returning state
), moved as (
    update schedules s set handled_until = greatest(s.handled_until, %(handled)s) from mine where s.name = mine.name
), forgotten as (
    delete from firings f using mine
    where f.schedule = mine.name and f.state <> 'due' and f.due_at < %(handled)s::timestamptz - interval '400 days'
)
select state, count(*) as number from fired group by state;

-- name: fire
-- Started by hand: what was left out or given up at this very time is begun anew, what is going or done stays as it is.
with fired as (
    insert into firings (schedule, due_at, state, fired_by) values (%(name)s, %(due_at)s, 'due', %(actor)s)
    on conflict (schedule, due_at) do update
    set state = 'due', attempts = 0, fired_at = clock_timestamp(), done_at = null, retry_at = null, code = null,
        fired_by = excluded.fired_by
    where firings.state in ('skipped', 'failed')
    returning schedule
), logged as (
    insert into operations (actor, kind, name, action) select %(actor)s, 'schedule', schedule, 'fired' from fired
)
select schedule from fired;

-- name: take
-- The next firing to start. Whoever dies over it leaves it to somebody else when the lease is over.
update firings
set attempts = attempts + 1, retry_at = clock_timestamp() + %(lease)s * interval '1 second'
where (schedule, due_at) = (
    select f.schedule, f.due_at from firings f
    where f.state = 'due' and f.schedule = any(%(names)s) and (f.retry_at is null or f.retry_at <= clock_timestamp())
      and (f.fired_by is not null
           or not exists (select from pauses p where p.kind = 'schedule' and p.name = f.schedule))
    order by f.due_at limit 1
    for update skip locked
)
returning schedule, due_at, attempts;

-- name: extend
update firings set retry_at = clock_timestamp() + %(lease)s * interval '1 second'
where schedule = %(schedule)s and due_at = %(due_at)s and state = 'due' and attempts = %(attempt)s
returning schedule;

-- name: end
update firings
set state = %(state)s, code = %(code)s, batch = coalesce(%(batch)s, batch), done_at = clock_timestamp(), retry_at = null
where schedule = %(schedule)s and due_at = %(due_at)s and state = 'due' and attempts = %(attempt)s
returning schedule;

-- name: put_off
update firings set code = %(code)s, retry_at = clock_timestamp() + %(pause)s * interval '1 second'
where schedule = %(schedule)s and due_at = %(due_at)s and state = 'due' and attempts = %(attempt)s
returning schedule;

-- name: overview
-- How far each schedule is dealt with, who paused it, and its last firings.
select n.name, s.handled_until, p.actor, p.reason, p.code, p.since,
       (select coalesce(jsonb_agg(to_jsonb(l) order by l.due_at desc), '[]')
        from (select f.due_at, f.state, f.attempts, f.fired_at, f.done_at, f.retry_at, f.batch, f.code, f.fired_by
              from firings f where f.schedule = n.name order by f.due_at desc limit 3) l) as last
from unnest(%(names)s::text[]) as n (name)
left join schedules s on s.name = n.name
left join pauses p on p.kind = 'schedule' and p.name = n.name;

-- name: page
select due_at, state, attempts, fired_at, done_at, retry_at, batch, code, fired_by from firings
where schedule = %(name)s and (%(before)s::timestamptz is null or due_at < %(before)s)
order by due_at desc limit %(limit)s;

-- name: one
select due_at, state, attempts, fired_at, done_at, retry_at, batch, code, fired_by from firings
where schedule = %(name)s and due_at = %(due_at)s;
