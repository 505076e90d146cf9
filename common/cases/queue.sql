-- All that moves a case. Every statement that changes a state names its moves and writes the event in the same breath.

-- name: submit
-- moves: - -> queued, - -> awaiting_release
-- What a second person must release, or what belongs to a batch that is not open yet, waits. Rows that share (process, caller, reference) with a stored case, or with an earlier row, are left out of the answer.
with new as (
    select * from unnest(
        %(id)b::uuid[], %(reference)b::bytea[], %(content)b::bytea[], %(subject)b::bytea[], %(lock)b::bytea[],
        %(thread)b::bytea[], %(alias)b::bytea[], %(unit)b::text[], %(priority)b::smallint[], %(due)b::timestamptz[],
        %(not_before)b::timestamptz[], %(keep_from)b::timestamptz[], %(test)b::boolean[], %(four_eyes)b::boolean[], %(row)b::integer[],
        %(key)b::bytea[], %(payload)b::bytea[])
    as t (id, reference, content, subject, lock, thread, alias, unit, priority, due, not_before, keep_from, test,
          four_eyes, row, key, payload)
), stored as (
    insert into cases (id, process, version, caller, reference, content, subject, lock, thread, alias, unit, priority,
                       due, not_before, keep_from, test, four_eyes, batch, row, state, parked, submitted_at, ready_at)
    select id, %(process)s, %(version)s, %(caller)s, reference, content, subject, lock, thread, alias, unit, priority,
           due, case when not_before > now() then not_before end, keep_from, test, four_eyes, %(batch)s::uuid, row,
           case when four_eyes or %(hold)s then 'awaiting_release' else 'queued' end,
           coalesce(not_before > now(), false), now(), greatest(now(), not_before)
    from new
    on conflict (process, caller, reference) where reference is not null do nothing
    returning id, submitted_at, state
), contents as (
    insert into case_contents (case_id, key, payload)
    select new.id, new.key, new.payload from new join stored using (id)
), logged as (
    insert into events (case_id, actor, from_state, to_state) select id, %(actor)s, null, state from stored
)
select id, submitted_at from stored;

-- name: known
-- The stored cases under these references, with what tells same content from other content.
select id, reference, content from cases
where process = %(process)s and caller = %(caller)s and reference = any(%(references)s::bytea[]);

-- name: claim
-- moves: queued -> running
-- The most urgent case of the open processes. A case whose subject is busy is parked instead of being met again and
-- again at the head of the line, and those behind it with it; the answer then says so, and the caller asks once more.
with head as materialized (
    select h.id, p.name as process, h.priority, h.due,
           exists (select from cases r where r.state = 'running' and r.lock = h.lock)
           or not h.unsettled and exists (
               select from cases r where r.state = 'queued' and r.unsettled and r.lock = h.lock)
               as busy
    from unnest(%(open)s::text[]) as p (name),
    lateral (
        select c.id, c.lock, c.unsettled, c.priority, c.due from cases c
        where c.state = 'queued' and not c.parked and c.process = p.name
        order by c.priority, c.due, c.id limit 1
        for update of c skip locked
    ) h
), line as (
    -- One person may have handed in hundreds: they are parked together, not one by one.
    select w.id from head, lateral (
        select c.id from cases c
        where head.busy and c.state = 'queued' and not c.parked and c.process = head.process
        order by c.priority, c.due, c.id limit 100
    ) w
), behind as (
    select c.id from cases c
    where c.id in (select id from line) and c.state = 'queued' and not c.parked
      and (exists (select from cases r where r.state = 'running' and r.lock = c.lock)
           or not c.unsettled and exists (
               select from cases r where r.state = 'queued' and r.unsettled and r.lock = c.lock))
    order by c.id for update of c skip locked
), parked as (
    update cases c set parked = true from behind where c.id = behind.id returning c.id
), claimed as (
    update cases c
    set state = 'running', fence = c.fence + 1, worker = %(shift)s,
        lease_until = clock_timestamp() + %(lease)s * interval '1 second'
    where c.id = (select id from (select id, busy from head order by priority, due, id limit 1) first where not busy)
    returning c.*
), logged as (
    insert into events (case_id, actor, from_state, to_state, fence)
    select id, %(actor)s, 'queued', 'running', fence from claimed
)
select claimed.id, claimed.process, claimed.version, claimed.fence, claimed.epoch, claimed.failures, claimed.lost,
       claimed.test, claimed.submitted_at, claimed.ready_at, now() as claimed_at,
       k.key, k.payload, k.finding, exists (select from parked) as parked
from (select) one left join claimed on true left join case_contents k on k.case_id = claimed.id;

-- name: finish
-- moves: running -> done, running -> manual, running -> queued
-- End a run, if it still holds its lease; then the next case of the same person may be claimed.
with ended as (
    update cases c
    set state = %(state)s::text, lock = coalesce(%(lock)s::bytea, c.lock), outcome = %(outcome)s::text, code = %(code)s::text, worker = null, lease_until = null,
        failures = c.failures + %(failed)s,
        not_before = now() + %(delay)s::float * interval '1 second',
        parked = %(state)s::text = 'queued' and %(delay)s::float is not null,
        ready_at = case when %(state)s::text = 'queued' then now() + coalesce(%(delay)s::float, 0) * interval '1 second'
                        else ready_at end,
        ended_at = case when %(state)s::text <> 'queued' then now() end
    where c.id = %(id)s and c.fence = %(fence)s and c.state = 'running'
    returning c.id, c.lock
), logged as (
    insert into events (case_id, actor, from_state, to_state, code, fence)
    select id, %(actor)s, 'running', %(state)s::text, coalesce(%(outcome)s::text, %(code)s::text), %(fence)s from ended
), kept as (
    update case_contents k set result = %(result)s::bytea from ended where k.case_id = ended.id and %(result)s::bytea is not null
), next as (
    select n.id from ended, lateral (
        select c.id from cases c
        where c.lock = ended.lock and c.state = 'queued' and c.parked and c.not_before is null
        order by c.priority, c.due, c.id limit 1
        for update of c skip locked
    ) n
), unparked as (
    update cases c set parked = false from next where c.id = next.id
)
select id from ended;

-- name: hand_over
-- What a case hands over to other processes, by the run that ends it; the row stays locked until its end is written
-- with it.
insert into handovers (case_id, number, process, rows, within)
select c.id, t.number, t.process, t.rows, c.batch
from (select id, batch from cases where id = %(case)s and fence = %(fence)s and state = 'running' for update) c,
     unnest(%(processes)s::text[], %(rows)b::bytea[]) with ordinality as t (process, rows, number)
on conflict (case_id, number) do nothing;

-- name: heartbeat_runs
-- Extend the leases of this worker's runs; what is missing in the answer is lost.
update cases c
set lease_until = greatest(c.lease_until, clock_timestamp() + %(lease)s * interval '1 second')
from unnest(%(ids)s::uuid[], %(fences)s::bigint[]) as mine (id, fence)
where c.id = mine.id and c.fence = mine.fence and c.state = 'running'
returning c.id, c.fence;

-- name: heartbeat_accounts
-- Locked in the order in which a claim leases them: neither can wait for the other in a circle.
with mine as (
    select target, name from accounts
    where holder = any(%(shifts)s::text[]) and lease_until > clock_timestamp() order by target, name for update
)
update accounts a
set lease_until = greatest(a.lease_until, clock_timestamp() + %(lease)s * interval '1 second')
from mine where a.target = mine.target and a.name = mine.name
returning a.target, a.name, a.holder;

-- name: extend
-- Hold one run's lease for at least this long.
update cases set lease_until = greatest(lease_until, clock_timestamp() + %(seconds)s * interval '1 second')
where id = %(id)s and fence = %(fence)s and state = 'running'
returning id;

-- name: relock
-- The case turned out to be about somebody known under another number: hold that lock instead. A unique violation
-- says that another case of that person is running.
update cases set lock = %(lock)s where id = %(id)s and fence = %(fence)s and state = 'running' returning id;

-- name: unsettled_other
-- Whether another case of that person waits to be settled; asked while the lock is held, so nobody can begin meanwhile.
-- Of two such cases neither waits for the other.
select id from cases
where state = 'queued' and unsettled and lock = %(lock)s and id <> %(id)s
  and not exists (select from cases me where me.id = %(id)s and me.unsettled) limit 1;

-- name: finish_stands
-- Whether a finish whose answer was lost took effect: nobody else writes this event.
select id from events
where case_id = %(id)s and actor = %(actor)s and fence = %(fence)s and from_state = 'running' limit 1;

-- name: reclaim_expired
-- moves: running -> queued, running -> manual
-- The sweep takes back what a vanished or frozen worker held. Its fence is not raised here: the state alone already
-- refuses the old run's writes, and the next claim raises it.
with expired as (
    select id from cases where state = 'running' and lease_until < now() for update skip locked
), taken as (
    update cases c
    set lost = c.lost + 1, worker = null, lease_until = null, parked = false, not_before = null, ready_at = now(),
        state = case when c.lost + 1 >= %(attempts)s then 'manual' else 'queued' end,
        code = case when c.lost + 1 >= %(attempts)s then 'ROBOT_LOST' end,
        ended_at = case when c.lost + 1 >= %(attempts)s then now() end
    from expired where c.id = expired.id
    returning c.id, c.process, c.state, c.fence
), logged as (
    insert into events (case_id, actor, from_state, to_state, code, fence)
    select id, 'sweep', 'running', state, case state when 'manual' then 'ROBOT_LOST' else 'LEASE_EXPIRED' end, fence
    from taken
)
select id, process, state, fence from taken;

-- name: wake_due
-- Back-off and not_before are over.
with due as (
    select id from cases where state = 'queued' and parked and not_before <= now()
    order by not_before limit 10000 for update skip locked
)
update cases c set parked = false, not_before = null from due where c.id = due.id returning c.id;

-- name: wake_subjects
-- Repair: of every subject that is neither running nor waiting to be settled any more, the first parked case of each process (a finish may have
-- passed it by). Each process, as the first of all may belong to one that is closed for hours. That another case of the
-- subject waits unparked already is not looked at: it would cost a walk through the queue, and one too many parks again.
with free as (
    select distinct on (p.lock, p.process) p.id from cases p
    where p.state = 'queued' and p.parked and p.not_before is null
      and not exists (select from cases r where r.state = 'running' and r.lock = p.lock)
      and (p.unsettled
           or not exists (select from cases r where r.state = 'queued' and r.unsettled and r.lock = p.lock))
    order by p.lock, p.process, p.priority, p.due, p.id
), mine as (
    select c.id from cases c where c.id in (select id from free) and c.state = 'queued' and c.parked
    order by c.id for update skip locked
)
update cases c set parked = false from mine where c.id = mine.id returning c.id;

-- name: retry
-- moves: manual -> queued
-- A person lets Roger try again: a new epoch, so that recorded steps are not replayed, with fresh budgets.
with moved as (
    update cases set state = 'queued', epoch = epoch + 1, unsettled = false, failures = 0, lost = 0, code = null, outcome = null,
                     parked = false, not_before = null, ready_at = now(), ended_at = null
    where id = %(id)s and state = 'manual' returning id, fence
), logged as (
    insert into events (case_id, actor, from_state, to_state, fence)
    select id, %(actor)s, 'manual', 'queued', fence from moved
)
select id from moved;

-- name: close
-- moves: manual -> closed
with moved as (
    update cases set state = 'closed', ended_at = now() where id = %(id)s and state = 'manual' returning id, fence
), logged as (
    insert into events (case_id, actor, from_state, to_state, code, fence)
    select id, %(actor)s, 'manual', 'closed', %(code)s, fence from moved
)
select id from moved;

-- name: cancel
-- moves: queued -> cancelled, awaiting_release -> cancelled
with before as (
    select id, state, fence from cases
    where id = %(id)s and state in ('queued', 'awaiting_release') for update
), moved as (
    update cases c set state = 'cancelled', parked = false, not_before = null, ended_at = now()
    from before where c.id = before.id returning c.id
), logged as (
    insert into events (case_id, actor, from_state, to_state, fence)
    select id, %(actor)s, state, 'cancelled', fence from before
)
select id from moved;

-- name: release
-- moves: awaiting_release -> queued
-- A second person lets a case go, never its submitter, and never before the batch it belongs to is open.
with before as (
    select id, state, fence from cases c
    where id = %(id)s and state = 'awaiting_release' and %(actor)s not in ('caller:' || caller, 'person:' || caller)
      and (batch is null or exists (select from batches b where b.id = c.batch and b.state in ('open', 'ended')))
    for update
), moved as (
    update cases c
    set state = 'queued', parked = coalesce(c.not_before > now(), false),
        not_before = case when c.not_before > now() then c.not_before end, ready_at = greatest(now(), c.not_before)
    from before where c.id = before.id returning c.id, c.fence
), logged as (
    insert into events (case_id, actor, from_state, to_state, fence)
    select id, %(actor)s, 'awaiting_release', 'queued', fence from moved
)
select id from moved;

-- name: open_cases
-- moves: awaiting_release -> queued
-- Some cases of a batch that is open; what a second person must look at one by one stays, unless that person has
-- released the whole batch.
with waiting as (
    select id from cases
    where batch = %(batch)s and state = 'awaiting_release' and (%(four_eyes)s or not four_eyes)
      and exists (select from batches b where b.id = %(batch)s and b.state in ('open', 'ended'))
    order by id limit %(limit)s for update
), moved as (
    update cases c
    set state = 'queued', parked = coalesce(c.not_before > now(), false),
        not_before = case when c.not_before > now() then c.not_before end, ready_at = greatest(now(), c.not_before)
    from waiting where c.id = waiting.id returning c.id, c.fence
), logged as (
    insert into events (case_id, actor, from_state, to_state, fence)
    select id, %(actor)s, 'awaiting_release', 'queued', fence from moved
)
select id from moved;

-- name: cancel_cases
-- moves: awaiting_release -> cancelled, queued -> cancelled
-- Some cases of a batch that is refused or withdrawn, as far as Roger has not begun. Their references are free again,
-- or a corrected upload of the same rows would meet cases that nobody will ever perform.
with before as (
    select id, state, fence from cases
    where batch = %(batch)s and state in ('awaiting_release', 'queued') order by id limit %(limit)s for update
), moved as (
    update cases c set state = 'cancelled', parked = false, not_before = null, ended_at = now(), reference = null
    from before where c.id = before.id returning c.id
), logged as (
    insert into events (case_id, actor, from_state, to_state, code, fence)
    select id, %(actor)s, state, 'cancelled', %(code)s, fence from before
)
select id from moved;

-- name: recall
-- The checkpoints of a case in its present epoch.
select name, mark, fence, value from checkpoints where case_id = %(id)s and epoch = %(epoch)s;

-- name: commit_checkpoint
-- A run's durable point, refused when the case is no longer this run's. The lock keeps the sweep from taking the case
-- back between the check and the write. An intent leaves the case unsettled until its result is known.
with c as (
    select id, epoch, fence, unsettled from cases
    where id = %(id)s and fence = %(fence)s and state = 'running' for no key update
), settled as (
    update cases set unsettled = %(mark)s = 'intent' from c
    where cases.id = c.id and %(mark)s <> 'step' and c.unsettled <> (%(mark)s = 'intent')
)
insert into checkpoints (case_id, epoch, name, mark, fence, value)
select c.id, c.epoch, %(name)s, %(mark)s, c.fence, %(value)s from c
on conflict (case_id, epoch, name) do update
set mark = excluded.mark, fence = excluded.fence, value = excluded.value, at = now()
returning name;

-- name: know_accounts
-- The accounts that the mounted files give. A password that has changed lets an account in again, but not the one that
-- was refused: a worker that still has it mounted knows nothing new.
insert into accounts (target, name, password_mark)
select * from unnest(%(target)s::text[], %(name)s::text[], %(mark)s::bytea[])
on conflict (target, name) do update
set out_since = case when accounts.password_mark is distinct from excluded.password_mark then null else accounts.out_since end,
    password_mark = excluded.password_mark
where accounts.refused_mark is distinct from excluded.password_mark;

-- name: lease_account
-- One account of a target for this shift: the one it holds, else one that is free. For its own it waits, as only a
-- heartbeat can be at it; skipped like the others, it would be kept while the shift took a second one. Where the target
-- refuses a second sign-in, an account whose holder vanished rests until the target itself has ended the old session.
-- Of two passwords, the one that was refused is not tried again by whoever still has it.
with mine as (
    select m.name, m.mark from unnest(%(names)s::text[], %(marks)s::bytea[]) as m (name, mark)
), own as (
    update accounts a set lease_until = clock_timestamp() + %(lease)s * interval '1 second'
    from mine
    where a.target = %(target)s and a.holder = %(shift)s and a.name = mine.name and a.out_since is null
      and coalesce(a.refused_mark <> mine.mark, true)
    returning a.name
), free as (
    update accounts
    set holder = %(shift)s, lease_until = clock_timestamp() + %(lease)s * interval '1 second', wanted_since = null
    where (target, name) = (
        select a.target, a.name from accounts a join mine on mine.name = a.name
        where not exists (select from own)
          and a.target = %(target)s and a.out_since is null and coalesce(a.refused_mark <> mine.mark, true)
          and a.holder is distinct from %(shift)s
          and (a.lease_until is null or a.lease_until + %(rest)s * interval '1 second' < clock_timestamp())
        order by a.lease_until nulls first, a.name
        limit 1 for update of a skip locked
    )
    returning name
)
select name from own union all select name from free;

-- name: want_accounts
-- A case that needs several targets at once waits for one of these: whoever keeps one warm is asked to let go of it.
update accounts set wanted_since = clock_timestamp()
where target = %(target)s and wanted_since is null and holder is distinct from %(shift)s
  and lease_until > clock_timestamp();

-- name: wanted_accounts
select holder, target, extract(epoch from clock_timestamp() - wanted_since)::float as seconds from accounts
where holder = any(%(shifts)s::text[]) and wanted_since is not null;

-- name: release_accounts
-- All that a shift holds, or those of some targets.
update accounts set holder = null, lease_until = null, wanted_since = null
where holder = %(shift)s and (%(targets)s::text[] is null or target = any(%(targets)s::text[]));

-- name: account_out
-- This password was refused. Who still holds an old one must not put out an account whose password has changed since.
update accounts
set out_since = case when password_mark is not distinct from coalesce(%(mark)s::bytea, password_mark) then now() end,
    refused_mark = coalesce(%(mark)s::bytea, password_mark), holder = null, lease_until = null
where target = %(target)s and name = %(name)s and out_since is null
returning out_since;
