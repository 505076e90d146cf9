-- Reports of batches.

-- name: keep
-- In the transaction that ends the batch, which only one can.
insert into batch_reports (batch, key, heading, content) values (%(batch)s, %(key)s, %(heading)s, %(content)s);

-- name: of
select key, content from batch_reports where batch = %(batch)s;

-- name: page
-- Batches with a report, the newest first. Whoever is bound to units sees those of which every case is of one of hers.
select b.id, b.process, b.caller, b.rows, b.ended_at, r.key, r.heading
from batch_reports r join batches b on b.id = r.batch
where (%(caller)s::text is null or b.caller = %(caller)s)
  and (%(processes)s::text[] is null or b.process = any(%(processes)s))
  and (%(units)s::text[] is null or (
      exists (select from cases c where c.batch = b.id)
      and not exists (
          select from cases c where c.batch = b.id and (c.unit is null or c.unit <> all(%(units)s::text[]))
      )
      and not exists (
          select from batch_remainders m join cases c on c.id = m.case_id
          where m.batch = b.id and (c.unit is null or c.unit <> all(%(units)s::text[]))
      )))
  and (%(before)s::uuid is null or b.id < %(before)s)
order by b.id desc limit %(limit)s;
