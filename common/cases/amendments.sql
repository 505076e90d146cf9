-- Messages about the same thing. Whoever stores one holds its thread until the transaction ends: of two that come at the
-- same moment the second sees what the first one did.

-- name: hold_threads
select pg_advisory_xact_lock(hashtext('roger.messages'), key) from unnest(%(keys)s::integer[]) as t (key);

-- name: messages
-- The newest of each thread, the oldest of them first. Locked in the order of their ids, as everybody locks several: none
-- of them is claimed while the rule looks at it.
with newest as (
    select id from cases where thread = any(%(threads)s::bytea[]) order by id desc limit %(limit)s
)
select c.id, c.thread, c.state, c.fence, k.key, k.payload
from cases c left join case_contents k on k.case_id = c.id
where c.id in (select id from newest) order by c.id for no key update of c;

-- name: answer
-- moves: queued -> done, awaiting_release -> done
-- A message that needs no robot, or none any more.
with answer as (
    select * from unnest(%(ids)s::uuid[], %(outcomes)s::text[], %(results)s::bytea[]) as t (id, outcome, result)
), before as (
    select c.id, c.state, a.outcome from cases c join answer a using (id)
    where c.state in ('queued', 'awaiting_release') and c.fence = 0 for update of c
), moved as (
    update cases c set state = 'done', outcome = before.outcome, parked = false, not_before = null, ended_at = now()
    from before where c.id = before.id returning c.id
), kept as (
    update case_contents k set result = answer.result from answer join moved using (id) where k.case_id = moved.id
), logged as (
    insert into events (case_id, actor, from_state, to_state, code)
    select id, %(actor)s, state, 'done', outcome from before
)
select id from moved;

-- name: reschedule
update cases c set due = t.due, priority = t.priority, keep_from = t.keep_from
from unnest(%(ids)s::uuid[], %(dues)s::timestamptz[], %(priorities)s::smallint[], %(keep_froms)s::timestamptz[])
     as t (id, due, priority, keep_from)
where c.id = t.id and c.state in ('queued', 'awaiting_release', 'running', 'manual');
