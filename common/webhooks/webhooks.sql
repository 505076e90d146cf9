-- Webhooks, and the deliveries that are made of events for them.

-- name: add
insert into webhooks (id, caller, url, key, secret, filters, reads_all, processes, state, position, created_at)
select %(id)s, %(caller)s::text, %(url)s::text, %(key)s, %(secret)s, %(filters)s::jsonb, %(reads_all)s::boolean, %(processes)s::jsonb,
       'active', %(position)s::text, %(now)s::timestamptz
where (select count(*) from webhooks where caller = %(caller)s::text) < %(most)s::integer
returning *;

-- name: own
select * from webhooks where caller = %(caller)s::text order by id;

-- name: one
select * from webhooks where caller = %(caller)s::text and id = %(id)s;

-- name: change
-- What it may see is what its caller may see now. Whoever resumes it also takes up what had been put off.
with changed as (
    update webhooks
    set url = coalesce(%(url)s::text, url), filters = coalesce(%(filters)s::jsonb, filters),
        reads_all = %(reads_all)s::boolean, processes = %(processes)s::jsonb, state = coalesce(%(state)s::text, state),
        code = case when %(state)s::text is null then code end,
        failures = case when %(state)s::text = 'active' then 0 else failures end
    where caller = %(caller)s::text and id = %(id)s
    returning *
), taken_up as (
    update deliveries d set retry_at = %(now)s::timestamptz from changed
    where d.webhook = changed.id and d.state = 'waiting' and d.retry_at > %(now)s::timestamptz and %(state)s::text = 'active'
)
select * from changed;

-- name: callers
select distinct caller from webhooks;

-- name: renew
-- What its caller may see now. One whose caller may see nothing is left where it stands, until its caller may again.
update webhooks set reads_all = %(reads_all)s::boolean, processes = %(processes)s::jsonb
where caller = %(caller)s::text and (reads_all <> %(reads_all)s::boolean or processes <> %(processes)s::jsonb);

-- name: remove
delete from webhooks where caller = %(caller)s::text and id = %(id)s returning id;

-- name: rotate
update webhooks set former_secret = secret, former_until = %(until)s::timestamptz, secret = %(secret)s
where caller = %(caller)s::text and id = %(id)s
returning *;

-- name: try_out
-- A delivery about no case; its place in the order is its webhook's own.
insert into deliveries (webhook, event, position, case_id, state, created_at, retry_at)
select id, 0, position, id, 'waiting', %(now)s::timestamptz, %(now)s::timestamptz from webhooks where caller = %(caller)s::text and id = %(id)s
returning *;

-- name: log
select d.* from deliveries d join webhooks w on w.id = d.webhook
where w.caller = %(caller)s::text and w.id = %(id)s and d.id < coalesce(%(before)s::bigint, d.id + 1)
order by d.id desc limit %(limit)s::integer;

-- name: replay_one
insert into deliveries (webhook, event, position, case_id, state, created_at, retry_at)
select d.webhook, d.event, d.position, d.case_id, 'waiting', %(now)s::timestamptz, %(now)s::timestamptz
from deliveries d join webhooks w on w.id = d.webhook
where w.caller = %(caller)s::text and w.id = %(id)s and d.id = %(delivery)s
returning *;

-- name: rewind
-- What waits behind that position is made anew from the feed, in its order.
with rewound as (
    update webhooks set position = %(position)s::text
    where caller = %(caller)s::text and id = %(id)s
      and string_to_array(position, '.')::bigint[] > string_to_array(%(position)s::text, '.')::bigint[]
    returning id
)
delete from deliveries d using rewound
where d.webhook = rewound.id and d.state = 'waiting' and d.event <> 0 and coalesce(d.leased_until <= %(now)s::timestamptz, true)
  and string_to_array(d.position, '.')::bigint[] > string_to_array(%(position)s::text, '.')::bigint[];

-- name: behind
-- Whom to make deliveries for: nobody who may see nothing, or leaves too many of them lying; the feed keeps the rest.
select id, caller, reads_all, processes, filters, position from webhooks w
where state <> 'paused' and jsonb_array_length(processes) > 0 and not exists (
    select from deliveries d where d.webhook = w.id and d.state = 'waiting' offset %(most)s::integer - 1 limit 1
);

-- name: spread
-- The deliveries of one page, and the position behind it: both or neither, and never twice.
with moved as (
    update webhooks set position = %(to)s::text
    where id = %(id)s and position = %(from)s::text and state <> 'paused' and filters = %(filters)s::jsonb
      and reads_all = %(reads_all)s::boolean and processes = %(processes)s::jsonb
    returning id
), stored as (
    insert into deliveries (webhook, event, position, case_id, state, created_at, retry_at)
    select moved.id, e.event, e.position, e.case_id, 'waiting', %(now)s::timestamptz, %(now)s::timestamptz
    from moved, unnest(%(events)s::bigint[], %(positions)s::text[], %(cases)s::uuid[])
        with ordinality as e (event, position, case_id, place)
    order by e.place
)
select id from moved;

-- name: claim
-- What is due, a case's earliest first and alone; so many of one webhook at a time, and one of a webhook that fails.
with due as (
    select next.id
    from webhooks w
    left join unnest(%(busy)s::uuid[], %(counts)s::integer[]) as busy (id, deliveries) on busy.id = w.id
    cross join lateral (
        select d.id, d.retry_at from deliveries d
        where d.webhook = w.id and d.state = 'waiting' and d.retry_at <= %(now)s::timestamptz
          and coalesce(d.leased_until <= %(now)s::timestamptz, true) and (w.state <> 'paused' or d.event = 0)
          and not exists (
              select from deliveries b
              where b.webhook = d.webhook and b.case_id = d.case_id and b.id < d.id and b.state = 'waiting'
          )
        order by d.retry_at, d.id limit greatest(0, %(per_webhook)s::integer - coalesce(busy.deliveries, 0))
        for update of d skip locked
    ) next
    where (w.failures > 0) = %(troubled)s::boolean and jsonb_array_length(w.processes) > 0
    order by next.retry_at, next.id limit %(limit)s::integer
), claimed as (
    update deliveries d set leased_until = %(until)s::timestamptz, attempts = d.attempts + 1 from due where d.id = due.id
    returning d.*
)
select d.id, d.webhook, d.event, d.position, d.case_id, d.attempts, w.caller, w.url, w.key, w.secret,
       case when w.former_until > %(now)s::timestamptz then w.former_secret end as former_secret,
       e.at, e.from_state, e.to_state, e.code, c.process, c.unit, c.batch, c.test,
       -- What it may show may have become less since the delivery was made.
       w.processes ? c.process and (w.reads_all or w.caller = c.caller) as seen
from claimed d join webhooks w on w.id = d.webhook
left join events e on e.id = d.event left join cases c on c.id = d.case_id
order by d.id;

-- name: delivered
with ended as (
    update deliveries
    set state = 'delivered', status = %(status)s::integer, code = null, milliseconds = %(milliseconds)s::integer, delivered_at = %(now)s::timestamptz,
        leased_until = null
    where id = %(id)s and attempts = %(attempt)s::integer and state = 'waiting' returning webhook
)
update webhooks w
set failures = 0, state = case when w.state = 'failing' then 'active' else w.state end,
    code = case when w.state = 'failing' then null else w.code end
from ended where w.id = ended.webhook and w.failures > 0;

-- name: put_off
-- The later deliveries of its case wait as long: they would only be met again and again in front of others.
with ended as (
    update deliveries
    set status = %(status)s::integer, code = %(code)s::text, milliseconds = %(milliseconds)s::integer, leased_until = null,
        retry_at = %(retry_at)s::timestamptz
    where id = %(id)s and attempts = %(attempt)s::integer and state = 'waiting' returning id, webhook, case_id
), behind as (
    update deliveries d set retry_at = %(retry_at)s::timestamptz from ended
    where d.webhook = ended.webhook and d.case_id = ended.case_id and d.state = 'waiting' and d.id > ended.id
)
update webhooks w
set failures = w.failures + 1, state = case when %(gone)s::boolean then 'paused' else w.state end,
    code = case when %(gone)s::boolean then 'GONE' else w.code end
from ended where w.id = ended.webhook;

-- name: give_up
-- The answer says whether the webhook is failing only since now.
with ended as (
    update deliveries
    set state = 'given_up', status = %(status)s::integer, code = %(code)s::text, milliseconds = %(milliseconds)s::integer, leased_until = null
    where id = %(id)s and attempts = %(attempt)s::integer and state = 'waiting' returning webhook
)
update webhooks w set state = 'failing', code = 'GIVEN_UP', failures = w.failures + 1
from ended where w.id = ended.webhook and w.state = 'active' and not %(trial)s::boolean returning w.id;

-- name: drop
-- Its event is not there any more: nobody's fault, and nothing to say.
update deliveries set state = 'given_up', code = 'EVENT_GONE', leased_until = null
where id = %(id)s and attempts = %(attempt)s::integer and state = 'waiting';

-- name: forget
delete from deliveries where id in (
    select id from deliveries where created_at < %(before)s::timestamptz and state <> 'waiting' order by created_at limit 10000
);

-- name: oldest
select min(first.created_at) as oldest
from webhooks w, lateral (
    select d.created_at from deliveries d where d.webhook = w.id and d.state = 'waiting' order by d.id limit 1
) first where w.state <> 'paused';
