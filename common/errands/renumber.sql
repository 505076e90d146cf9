-- A log whose transactions were numbered by another cluster, brought below the numbers of this one.

-- name: ahead
-- How far benefits are counted rises with every look, so it is the first to lie ahead of a younger cluster.
select true as ahead from benefit_position where tx > pg_snapshot_xmin(pg_current_snapshot())::text::bigint;

-- name: lock
select tx from benefit_position for update;

-- name: border
-- `last`: the last move that only the other cluster can have numbered. `border`: below all that this one has numbered
-- since, and the number that moves from before are given. Null when there is no such move: then only readers are moved.
with here as (
    select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as horizon,
           pg_snapshot_xmax(pg_current_snapshot())::text::bigint as unborn
), before as (
    select max(e.id) as last from events e, here where e.tx >= here.unborn
)
select here.horizon, p.tx as counted, before.last,
       least((select min(e.tx) from events e where e.id > before.last), here.horizon) - 1 as border
from here, before, benefit_position p where p.tx > here.horizon;

-- name: webhooks
-- In front of the first move that has not been made a delivery of: by its number; or, when there is none, behind the
-- last that has. One that was set up here since then stands where it should.
with ahead as (
    select w.id, w.created_at, split_part(w.position, '.', 1)::bigint as tx from webhooks w
    where split_part(w.position, '.', 1)::bigint > %(border)s::bigint
      and coalesce(w.created_at <= (select e.at from events e where e.id = %(last)s::bigint),
                   split_part(w.position, '.', 1)::bigint > %(horizon)s::bigint)
), untold as (
    select a.id, case
        when %(last)s::bigint is null then coalesce(
            (select max(d.event) + 1 from deliveries d where d.webhook = a.id and d.event <> 0),
            (select min(e.id) from events e where e.at >= a.created_at))
        else least((select min(e.id) from events e where e.tx >= a.tx and e.id <= %(last)s::bigint), %(last)s::bigint + 1)
    end as first from ahead a
)
update webhooks w set position = case
    when %(last)s::bigint is null
        then coalesce((select min(e.tx) from events e where e.id >= u.first), %(horizon)s::bigint) || '.0.0'
    when u.first <= %(last)s::bigint then concat_ws('.', %(border)s::bigint, u.first, 0)
    else (%(border)s::bigint + 1) || '.0.0' end
from untold u where w.id = u.id;

-- name: deliveries
-- Those that wait keep their place before all that is still to come, also for whoever replays from a position.
update deliveries set position = concat_ws('.', %(border)s::bigint, event, event)
where state = 'waiting' and event between 1 and %(last)s::bigint and split_part(position, '.', 1)::bigint > %(border)s::bigint;

-- name: events
update events set tx = %(border)s::bigint where id <= %(last)s::bigint and tx > %(border)s::bigint;

-- name: counted
-- All from before are counted by now.
update benefit_position set tx = case when %(last)s::bigint is null then %(horizon)s::bigint else %(border)s::bigint + 1 end;
