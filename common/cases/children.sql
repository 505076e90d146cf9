-- Cases and their children: the cases that became of rows they handed over when they ended.

-- name: end_children
-- The cases of which every child has ended, and every child of these: noted, and told in the log, once. What holds one
-- up for long is asked first, of small indexes; its children one by one only when nothing of that does. Nothing of it
-- can become untrue again, so it does not matter how long ago another one looked: of two, the second finds it noted.
with manual as materialized (
    select distinct batch from cases where state = 'manual' and batch is not null
), handed_in as materialized (
    select h.case_id, h.number, h.batch from handovers h
    where h.ended_at is null and h.rows is null
      and not exists (select from batches b where b.id = h.batch and b.ended_at is null)
), free as materialized (
    select h.case_id, h.batch from handed_in h
    where not exists (select from handovers g where g.within = h.batch and g.ended_at is null)
      and not exists (select from manual m where m.batch = h.batch)
), over as materialized (
    select f.case_id from (select case_id, count(*) as number from free group by case_id) f
    where f.number = (select count(*) from handovers o where o.case_id = f.case_id and o.ended_at is null)
      and not exists (
          select from free s, lateral (
              select from cases c where c.batch = s.batch and c.state not in ('done', 'closed', 'cancelled') limit 1
          ) waiting
          where s.case_id = f.case_id
      )
    limit %(limit)s
), mine as (
    select h.case_id, h.number from handovers h
    where h.case_id in (select case_id from over) and h.ended_at is null
    order by h.case_id, h.number for update
), noted as (
    update handovers h set ended_at = now() from mine
    where h.case_id = mine.case_id and h.number = mine.number and h.ended_at is null
    returning h.case_id
), parents as (
    select c.id, c.state from cases c where c.id in (select case_id from noted)
), told as (
    insert into events (case_id, actor, from_state, to_state, code)
    select id, 'errands', state, state, %(code)s from parents
)
select id from parents;

-- name: children_of
-- Some children of each of these cases, in the order in which they were handed over, as far as the asker may see them.
select p.id as parent, found.id
from unnest(%(parents)s::uuid[]) with ordinality as p (id, place), lateral (
    select h.number, c.row, c.id
    from handovers h, lateral (
        select k.id, k.row from cases k
        where k.batch = h.batch and (%(caller)s::text is null or k.caller = %(caller)s)
          and (%(processes)s::text[] is null or k.process = any(%(processes)s))
          and (%(units)s::text[] is null or k.unit = any(%(units)s))
        order by k.row limit %(limit)s
    ) c
    where h.case_id = p.id order by h.number, c.row limit %(limit)s
) found
order by p.place, found.number, found.row;

-- name: count_children
-- How many children these cases have and where those are, seen by the asker or not; of each counted so far and no
-- further. A case that has handed nothing over is left out.
select p.id as parent, h.ended_at,
       (select coalesce(jsonb_object_agg(state, number), '{}') from (
            select c.state, count(*) as number from (
                select k.state from handovers g join cases k on k.batch = g.batch where g.case_id = p.id limit %(most)s
            ) c group by c.state
        ) states) as states
from unnest(%(parents)s::uuid[]) as p (id) join handovers h on h.case_id = p.id and h.number = 1;
