-- All that moves a batch, and what is read of one. Its cases are moved in queue.sql.

-- name: begin
-- A batch, unless this caller has handed in the same before.
insert into batches (id, process, version, caller, source, content, state, rows, opened_at)
select %(id)s::uuid, %(process)s::text, %(version)s::smallint, %(caller)s::text, %(source)s::text, %(content)s::bytea,
       %(state)s::text, %(rows)s::integer, case when %(state)s::text = 'open' then now() end
where not exists (
    select from batches
    where process = %(process)s::text and caller = %(caller)s::text and content = any(%(contents)s::bytea[])
)
on conflict (process, caller, content) where content is not null do nothing
returning id;

-- name: begun
select id, state, rows, chain from batches
where process = %(process)s and caller = %(caller)s and content = any(%(contents)s::bytea[]) limit 1;

-- name: progress
select id, state, rows, chain from batches where id = %(batch)s;

-- name: take_rows
-- Room for some more rows; nobody else adds the same ones. The row stays locked until they are stored.
update batches set rows = rows + %(number)s, chain = %(chain)s, touched_at = now()
where id = %(batch)s and state = 'receiving' and rows = %(offset)s returning id;

-- name: keep_remainders
insert into batch_remainders (batch, row, case_id, problem)
select %(batch)s, t.row, t.case_id, t.problem::jsonb
from unnest(%(rows)s::integer[], %(cases)s::uuid[], %(problems)s::text[]) as t (row, case_id, problem);

-- name: complete
-- moves: receiving -> received, receiving -> open
update batches set state = %(state)s, touched_at = now() where id = %(batch)s and state = 'receiving' returning id;

-- name: take_judging
-- One at a time judges a batch, and is followed by the next when nothing is heard of it any more.
update batches set judging = %(turn)s, retry_at = now() + %(pause)s * interval '1 second'
where id = %(batch)s and state = 'received' and (retry_at is null or retry_at <= now()) returning id;

-- name: go_on_judging
update batches set retry_at = now() + %(pause)s * interval '1 second'
where id = %(batch)s and state = 'received' and judging = %(turn)s;

-- name: judged
-- moves: received -> awaiting_release, received -> open
-- The process's rule has been asked; what was judged, by whoever was the last to begin.
update batches
set state = %(state)s, figures = %(figures)s, release_by = %(release_by)s::timestamptz, retry_at = null, touched_at = now()
where id = %(batch)s and state = 'received' and (%(turn)s::uuid is null or judging = %(turn)s::uuid) returning id;

-- name: forget_findings
-- The judgement is asked anew: what it said before, if anything, is gone. Only whoever has the turn says anything.
with waiting as (
    select id from batches where id = %(batch)s and state = 'received' and judging = %(turn)s for share
), decided as (
    delete from register_uses u using cases c, waiting where c.batch = waiting.id and u.case_id = c.id
)
update case_contents k set finding = null
from cases c, waiting where c.batch = waiting.id and k.case_id = c.id and k.finding is not null;

-- name: keep_findings
-- What the judgement says of some rows, as long as the batch waits for it.
with waiting as (
    select id from batches where id = %(batch)s and state = 'received' and judging = %(turn)s for share
)
update case_contents k set finding = t.finding
from waiting, unnest(%(ids)s::uuid[], %(findings)b::bytea[]) as t (id, finding) where k.case_id = t.id;

-- name: use_registers
-- Every case of the batch is decided by these versions.
with waiting as (
    select id from batches where id = %(batch)s and state = 'received' and judging = %(turn)s for share
)
insert into register_uses (case_id, epoch, name, version)
select c.id, c.epoch, u.name, u.version
from waiting join cases c on c.batch = waiting.id
cross join unnest(%(names)s::text[], %(versions)s::integer[]) as u (name, version)
on conflict do nothing;

-- name: release
-- moves: awaiting_release -> open
-- A second person lets the batch go, having seen how much it holds.
update batches set state = 'open', released_by = %(actor)s, released_at = now(), touched_at = now()
where id = %(batch)s and state = 'awaiting_release' and rows = %(rows)s and %(actor)s not in ('caller:' || caller, 'person:' || caller)
returning id;

-- name: refuse
-- moves: receiving -> refused, received -> refused, awaiting_release -> refused, open -> refused
-- What is given free may be sent anew: the same file is another batch then. What a case has handed over nobody sends
-- anew: it stays known, or an errand that died before it noted the batch would make another one of the same rows.
update batches
set state = 'refused', code = %(code)s, refused_by = %(actor)s, touched_at = now(), retry_at = null,
    content = case when %(free)s and source <> 'handover' then null else content end
where id = %(batch)s and state = any(%(states)s::text[])
  and (%(untouched)s::float is null or touched_at < now() - %(untouched)s::float * interval '1 second')
returning id;

-- name: opened
update batches set opened_at = now() where id = %(batch)s and state = 'open' and opened_at is null returning id;

-- name: withdrawn
update batches set ended_at = now() where id = %(batch)s and state = 'refused' and ended_at is null returning id;

-- name: end
-- moves: open -> ended
-- Of the batch's own cases none waits or runs; those that stood before may.
update batches b set state = 'ended', ended_at = now(), retry_at = null
where b.id = %(batch)s and b.state = 'open' and b.opened_at is not null
  and not exists (select from cases c where c.batch = b.id and c.state in ('awaiting_release', 'queued', 'running'))
returning id;

-- name: end_plain
-- moves: open -> ended
-- The same for all batches of processes that have nothing to say about it.
update batches b set state = 'ended', ended_at = now()
where b.state = 'open' and b.ended_at is null and b.opened_at is not null and b.process = any(%(processes)s::text[])
  and not exists (select from cases c where c.batch = b.id and c.state in ('awaiting_release', 'queued', 'running'))
returning id;

-- name: put_off
-- The process's rule failed: it is asked again later.
update batches set retry_at = now() + %(pause)s * interval '1 second' where id = %(batch)s and ended_at is null;

-- name: abandoned
select id, process from batches
where state = 'receiving' and ended_at is null and touched_at < now() - %(untouched)s::float * interval '1 second';

-- name: wanting
-- What is to be done about batches now.
select b.id, b.process, b.state, b.figures, b.code, b.refused_by, b.released_by
from batches b
where b.ended_at is null and (b.retry_at is null or b.retry_at <= now()) and b.process = any(%(processes)s::text[])
  and (b.state in ('received', 'refused') or b.state = 'open' and (b.opened_at is null or not exists (
      select from cases c where c.batch = b.id and c.state in ('awaiting_release', 'queued', 'running'))))
order by b.id limit %(limit)s;

-- name: accepted
-- Some rows that became cases of the batch, by key.
select c.row, c.id, k.key, k.payload from cases c join case_contents k on k.case_id = c.id
where c.batch = %(batch)s and c.row > %(after)s and c.state <> 'cancelled' order by c.row limit %(limit)s;

-- name: accepted_before
-- Some rows whose cases stood before the batch, by key; a case may have several.
select m.row, c.id, k.key, k.payload
from batch_remainders m join cases c on c.id = m.case_id join case_contents k on k.case_id = c.id
where m.batch = %(batch)s and m.row > %(after)s and c.batch is distinct from m.batch and c.state <> 'cancelled'
order by m.row limit %(limit)s;

-- name: ended_rows
-- Some rows that were not refused, its own cases and those that stood before, by key.
select r.row, r.id, r.state, r.code, r.existing, k.key, k.payload, k.finding, k.result from (
    (select c.row, c.id, c.state, coalesce(c.outcome, c.code) as code, false as existing
     from cases c where c.batch = %(batch)s and c.row > %(after)s order by c.row limit %(limit)s)
    union all
    (select m.row, c.id, c.state, coalesce(c.outcome, c.code), true
     from batch_remainders m join cases c on c.id = m.case_id
     where m.batch = %(batch)s and m.row > %(after)s order by m.row limit %(limit)s)
) r join case_contents k on k.case_id = r.id
order by r.row limit %(limit)s;

-- name: overdue_batches
select b.id, b.rows, b.touched_at from batches b
where b.state = 'awaiting_release' and b.process = %(process)s
  and coalesce(b.release_by, b.touched_at + %(within)s::float * interval '1 second') < now()
  and not exists (select from tasks t where t.key = 'release-overdue:' || b.id);

-- name: overdue_cases
select c.id, c.unit from cases c
where c.state = 'awaiting_release' and c.four_eyes and c.process = %(process)s
  and c.submitted_at < now() - %(within)s::float * interval '1 second'
  and (c.batch is null or exists (select from batches b where b.id = c.batch and b.state in ('open', 'ended')))
  and not exists (select from tasks t where t.key = 'release-overdue:' || c.id)
order by c.id limit %(limit)s;

-- name: tell_of_cases
insert into tasks (id, key, process, case_id, role, unit, title, text)
select t.id, 'release-overdue:' || t.case_id, %(process)s, t.case_id, %(role)s, t.unit, %(title)s, %(text)s
from unnest(%(ids)s::uuid[], %(cases)s::uuid[], %(units)s::text[]) as t (id, case_id, unit)
on conflict (key) do nothing;

-- name: one
-- A batch with its control totals, in one snapshot: rows = refused + existing + its own cases. Whoever is bound to
-- units sees it when every case in it is of one of hers: its totals tell of all of them.
select b.*, exists (select from batch_reports r where r.batch = b.id) as reported,
       (select count(*) from batch_remainders r where r.batch = b.id and r.problem is not null) as refused,
       (select count(*) from batch_remainders r where r.batch = b.id and r.case_id is not null) as existing,
       (select coalesce(jsonb_agg(to_jsonb(g) order by g.state, g.outcome, g.code), '[]')
        from (select c.state, c.outcome, c.code, count(*) as number from cases c where c.batch = b.id
              group by c.state, c.outcome, c.code) g) as cases
from batches b
where b.id = %(batch)s and (%(caller)s::text is null or b.caller = %(caller)s)
  and (%(processes)s::text[] is null or b.process = any(%(processes)s))
  and (%(units)s::text[] is null or (
      exists (select from cases c where c.batch = b.id)
      and not exists (
          select from cases c where c.batch = b.id and (c.unit is null or c.unit <> all(%(units)s::text[]))
      )
      and not exists (
          select from batch_remainders r join cases c on c.id = r.case_id
          where r.batch = b.id and (c.unit is null or c.unit <> all(%(units)s::text[]))
      )));

-- name: page
select b.* from batches b
where (%(caller)s::text is null or b.caller = %(caller)s)
  and (%(processes)s::text[] is null or b.process = any(%(processes)s))
  and (%(units)s::text[] is null or (
      exists (select from cases c where c.batch = b.id)
      and not exists (
          select from cases c where c.batch = b.id and (c.unit is null or c.unit <> all(%(units)s::text[]))
      )
      and not exists (
          select from batch_remainders r join cases c on c.id = r.case_id
          where r.batch = b.id and (c.unit is null or c.unit <> all(%(units)s::text[]))
      )))
  and (%(state)s::text is null or b.state = %(state)s) and (%(before)s::uuid is null or b.id < %(before)s)
order by b.id desc limit %(limit)s;

-- name: rows
-- Some rows of a batch and what became of each, by key.
select * from (
    (select c.row, c.id as case_id, c.state, c.outcome, c.code, false as existing, null::jsonb as problem
     from cases c where c.batch = %(batch)s and c.row > %(after)s
       and %(cases)s and (%(state)s::text is null or c.state = %(state)s)
     order by c.row limit %(limit)s)
    union all
    (select m.row, m.case_id, c.state, c.outcome, c.code, m.case_id is not null, m.problem
     from batch_remainders m left join cases c on c.id = m.case_id where m.batch = %(batch)s and m.row > %(after)s
       and (%(refused)s and m.problem is not null or %(existing)s and m.case_id is not null)
       and (%(state)s::text is null or c.state = %(state)s)
     order by m.row limit %(limit)s)
) r order by row limit %(limit)s;

-- name: has_ended
select b.figures from batches b where b.id = %(batch)s and b.state = 'open' and b.opened_at is not null
  and not exists (select from cases c where c.batch = b.id and c.state in ('awaiting_release', 'queued', 'running'));
