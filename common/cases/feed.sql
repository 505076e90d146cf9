-- The events of all cases as a feed: what was read once, nothing is later put in front of.

-- name: horizon
-- Every transaction below it is over: what it wrote is visible, or will never be.
select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as horizon;

-- name: read_events
-- The events behind a position, in the order of their transactions and, within one, of their ids. Below the horizon
-- that order is final. A case's moves are made in the order of their ids, but a transaction may move a case that a
-- younger one has moved before it; such a move is given right behind the younger one's, its anchor. Most moves are
-- their own anchors.
with reach as materialized (
    select least(%(tx)s::bigint + %(span)s::bigint, pg_snapshot_xmin(pg_current_snapshot())::text::bigint) as top
), direct as materialized (
    select e.tx, e.id, e.case_id, e.at, e.from_state, e.to_state, e.code from events e
    where e.tx >= %(tx)s::bigint
      and e.tx < least(%(tx)s::bigint + %(span)s::bigint, pg_snapshot_xmin(pg_current_snapshot())::text::bigint)
      and (e.tx > %(tx)s::bigint or e.id >= %(anchor)s::bigint)
    order by e.tx, e.id limit %(limit)s
), anchors as materialized (
    select d.* from direct d
    where not exists (select from events p where p.case_id = d.case_id and p.id < d.id and p.tx > d.tx)
), moves as (
    select a.tx, a.id as anchor, a.id, a.case_id, a.at, a.from_state, a.to_state, a.code from anchors a
    union all
    select a.tx, a.id, f.id, f.case_id, f.at, f.from_state, f.to_state, f.code
    from anchors a join events f on f.case_id = a.case_id and f.id > a.id and f.tx < a.tx
    where not exists (
        select from events b where b.case_id = a.case_id and b.id > a.id and b.id < f.id and b.tx >= a.tx
    )
), shown as (
    select m.*, c.process, c.caller, c.unit, c.batch, c.test from moves m join cases c on c.id = m.case_id
    where (m.tx, m.anchor, m.id) > (%(tx)s::bigint, %(anchor)s::bigint, %(id)s::bigint)
)
select reach.top, (select count(*) from direct) as looked_at, newest.tx as newest_tx, newest.id as newest_id, shown.*
from reach
left join (select tx, id from direct order by tx desc, id desc limit 1) newest on true
left join shown on true
order by shown.tx, shown.anchor, shown.id;

-- name: event_ids
select coalesce(min(id), 0) as first, coalesce(max(id), 0) as last from events;

-- name: event_from
-- The first event at or behind an id.
select id, at, tx from events where id >= %(id)s order by id limit 1;
