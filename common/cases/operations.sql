-- What people, and Roger itself, do to processes and targets; each act with its line in the log.

-- name: pause
-- Who pauses first is remembered.
with paused as (
    insert into pauses (kind, name, actor, reason, code)
    values (%(kind)s, %(name)s, %(actor)s, %(reason)s, %(code)s)
    on conflict (kind, name) do nothing returning kind, name, since
), logged as (
    insert into operations (actor, kind, name, action, reason)
    select %(actor)s, kind, name, 'paused', %(reason)s from paused
)
select since from paused;

-- name: resume
-- A person has looked: what was counted against screens before is forgotten.
with gone as (
    delete from pauses where kind = %(kind)s and name = %(name)s returning kind, name
), logged as (
    insert into operations (actor, kind, name, action) select %(actor)s, kind, name, 'resumed' from gone
), known as (
    update screen_uses u set strangers = 0, strange_at = null
    from gone where gone.kind = 'process' and u.process = gone.name and u.strangers > 0
)
select name from gone;

-- name: close_circuit
with closed as (
    update circuits
    set failures = 0, code = null, opened_at = null, retry_at = null, openings = 0,
        probe = null, probe_until = null, probe_case = null, probe_fence = null
    where target = %(target)s and opened_at is not null returning target
), logged as (
    insert into operations (actor, kind, name, action) select %(actor)s, 'target', target, 'circuit_closed' from closed
)
select target from closed;

-- name: note
insert into operations (actor, kind, name, action, reason)
values (%(actor)s, %(kind)s, %(name)s, %(action)s, %(reason)s);

-- name: page
select id, at, actor, kind, name, action, reason from operations
where (%(before)s::bigint is null or id < %(before)s)
  and (%(kind)s::text is null or kind = %(kind)s) and (%(name)s::text is null or name = %(name)s)
order by id desc limit %(limit)s;
